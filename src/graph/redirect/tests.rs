use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn references_are_resolved_as_in_the_examples_of_rfc_3986() {
    let base = url("https://a/b/c/d;p?q");
    for (reference, expected) in [
        ("g", "https://a/b/c/g"),
        ("./g", "https://a/b/c/g"),
        ("g/", "https://a/b/c/g/"),
        ("/g", "https://a/g"),
        ("//g", "https://g"),
        ("?y", "https://a/b/c/d;p?y"),
        ("g?y", "https://a/b/c/g?y"),
        ("#s", "https://a/b/c/d;p?q"),
        ("g#s", "https://a/b/c/g"),
        ("g?y#s", "https://a/b/c/g?y"),
        (";x", "https://a/b/c/;x"),
        ("g;x?y#s", "https://a/b/c/g;x?y"),
        ("", "https://a/b/c/d;p?q"),
        (".", "https://a/b/c/"),
        ("./", "https://a/b/c/"),
        ("..", "https://a/b/"),
        ("../", "https://a/b/"),
        ("../g", "https://a/b/g"),
        ("../..", "https://a/"),
        ("../../", "https://a/"),
        ("../../g", "https://a/g"),
        ("../../../../g", "https://a/g"),
        ("/./g", "https://a/g"),
        ("/../g", "https://a/g"),
        ("g.", "https://a/b/c/g."),
        (".g", "https://a/b/c/.g"),
        ("g..", "https://a/b/c/g.."),
        ("..g", "https://a/b/c/..g"),
        ("./../g", "https://a/b/g"),
        ("./g/.", "https://a/b/c/g/"),
        ("g/./h", "https://a/b/c/g/h"),
        ("g/../h", "https://a/b/c/h"),
        ("g;x=1/./y", "https://a/b/c/g;x=1/y"),
        ("g;x=1/../y", "https://a/b/c/y"),
        ("g?y/./x", "https://a/b/c/g?y/./x"),
        ("g?y/../x", "https://a/b/c/g?y/../x"),
        // Beyond the examples.
        ("https://h:8443/a/../b?c:d//e", "https://h:8443/b?c:d//e"),
        ("HTTPS://h", "https://h"),
        ("//h?x", "https://h?x"),
        ("/a//../b", "https://a/a/b"),
        ("/a:b/c", "https://a/a:b/c"),
        ("./a:b", "https://a/b/c/a:b"),
        ("?a:b", "https://a/b/c/d;p?a:b"),
        (" /a b ", "https://a/a%20b"),
        ("/a%2F..%2fb+c", "https://a/a%2F..%2fb+c"),
        ("/\u{e9}", "https://a/%C3%A9"),
    ] {
        let found = resolve(base.origin(), Some(&base), reference).unwrap();
        assert_eq!(found.as_str(), expected, "{reference}");
    }
    let base = url("https://a?q");
    for (reference, expected) in [("g", "https://a/g"), ("?y", "https://a?y")] {
        let found = resolve(base.origin(), Some(&base), reference).unwrap();
        assert_eq!(found.as_str(), expected);
    }
}

#[test]
fn what_cannot_be_followed_is_refused_and_not_repeated() {
    let base = url("https://graph.microsoft.com/v1.0/x/content");
    let long = format!("/canary{}", "x".repeat(MAX_LOCATION));
    for reference in [
        "g:canary",
        "https:canary",
        "https:/canary",
        "http://h/canary",
        "http://127.0.0.1/canary",
        "//u:canary@h/",
        "https://canary%40h/",
        "https://h\\@canary/",
        "https:///canary",
        "https://h:canary/",
        "//",
        "canary+x:y",
        "file:///canary",
        "data:canary",
        &long,
    ] {
        let reason = resolve(base.origin(), Some(&base), reference).unwrap_err();
        assert!(!reason.contains("canary"), "{reason}");
    }
    for reference in ["canary", "/canary", "//canary/", "?canary=https://h/", ""] {
        let found = resolve(base.origin(), None, reference);
        assert_eq!(found, Err("is no https url".to_owned()));
    }
}

#[test]
fn plain_http_is_followed_only_on_loopback_and_from_a_graph_that_is_plain() {
    let plain = url("http://127.0.0.1:8080/v1.0/x");
    let to = |reference| resolve(plain.origin(), Some(&plain), reference);
    for reference in ["/a", "http://localhost:1/a", "//127.0.0.1/a", "https://h/a"] {
        assert!(to(reference).is_ok(), "{reference}");
    }
    assert!(to("http://h/a").is_err());
    let secure = url("https://graph.microsoft.com/v1.0/x");
    assert!(resolve(secure.origin(), Some(&plain), "/a").is_err());
}

#[test]
fn a_chain_that_has_left_graph_is_never_on_it_again() {
    let start = url("https://graph.microsoft.com/v1.0/x");
    let mut follower = RedirectFollower::new(start.origin(), start.clone());
    let mut hop = |location| {
        let result = follower.hop(302, Some(location));
        (result.is_ok(), follower.has_left_graph())
    };
    assert_eq!(hop("/y"), (true, false));
    assert_eq!(hop("https://GRAPH.microsoft.com:443/z"), (true, false));
    assert_eq!(hop("https://h/"), (true, true));
    assert_eq!(hop("https://graph.microsoft.com/v1.0/x"), (true, true));
    assert_eq!(hop("/y"), (true, true));
    assert_eq!(hop("/z"), (false, true));
    let elsewhere = url("https://graph.microsoft.com:8443/v1.0/x");
    assert!(RedirectFollower::new(start.origin(), elsewhere).has_left_graph());
}
