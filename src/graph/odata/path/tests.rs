//! What people type as a path, and the URL that is asked for.

use super::*;

fn root() -> Url {
    Url::parse("https://graph.microsoft.com/v1.0").unwrap()
}

fn url(path: &str) -> Result<String, String> {
    url_for("POST", path)
}

fn url_for(method: &str, path: &str) -> Result<String, String> {
    match resolve(&root(), method, path, false) {
        Ok(url) => Ok(url.as_str().replace("https://graph.microsoft.com", "")),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_path_stands_on_the_root_and_a_version() {
    let ok = |path: &str| url(path).unwrap();
    assert_eq!(ok("users"), "/v1.0/users");
    assert_eq!(ok("/users?$top=5"), "/v1.0/users?$top=5");
    assert_eq!(ok("v1.0/users"), "/v1.0/users");
    assert_eq!(ok("/beta/users"), "/beta/users");
    let absolute = "https://GRAPH.microsoft.com:443/beta/users";
    assert_eq!(ok(absolute), absolute);
    assert_eq!(ok("Graph.microsoft.com/v1.0/users"), "/v1.0/users");
    assert!(url("graph.microsoft.us/v1.0/users").is_err());
    assert!(url("graph.microsoft.com//users").is_err());
    let beta = resolve(&root(), "GET", "users", true).unwrap();
    assert_eq!(beta.path_and_query(), "/beta/users");
    assert!(resolve(&root(), "GET", "v1.0/users", true).is_err());
    assert!(
        resolve(
            &root(),
            "GET",
            "https://graph.microsoft.com/v1.0/users",
            true
        )
        .is_err()
    );
}

#[test]
fn what_a_url_cannot_carry_is_encoded_and_a_hash_is_no_fragment() {
    let ok = |path: &str| url(path).unwrap();
    assert_eq!(ok("users/a_b.c#EXT#@d.e"), "/v1.0/users/a_b.c%23EXT%23@d.e");
    assert_eq!(
        ok("users?$filter=a eq 'é'"),
        "/v1.0/users?$filter=a%20eq%20'%C3%A9'"
    );
    assert_eq!(
        ok("users?$filter=a%20eq%20'x'"),
        "/v1.0/users?$filter=a%20eq%20'x'"
    );
    assert_eq!(
        ok("drives/D/root:/a b.txt:/content"),
        "/v1.0/drives/D/root:/a%20b.txt:/content"
    );
    assert_eq!(ok("users/50%"), "/v1.0/users/50%25");
}

#[test]
fn a_get_may_end_in_a_slash_behind_an_id() {
    for path in [
        "users/48d31887/",
        "users/a@b.c/?$select=id",
        "sites/contoso-x/",
        "drives/b!x/",
        "x/a=b/",
        "applications(appId='x')/",
        "https://graph.microsoft.com/v1.0/users/1/",
    ] {
        let same = path.replace("https://graph.microsoft.com/v1.0/", "");
        assert_eq!(url_for("GET", path), Ok(format!("/v1.0/{same}")));
        assert!(url_for("DELETE", path).is_err(), "{path}");
        assert!(url_for("HEAD", path).is_err(), "{path}");
    }
    for path in [
        "users/",
        "users/?$select=id",
        "groups/G/members/U/",
        "users/1//",
        "users//1/",
        "v1.0/",
        "v1.0/users/",
        "https://graph.microsoft.com/v1.0/",
        "/",
    ] {
        assert!(url_for("GET", path).is_err(), "{path}");
    }
}

#[test]
fn a_path_that_would_name_another_object_is_refused() {
    for path in [
        "",
        "/",
        "groups/G/members/U/",
        "users//messages",
        "/users/",
        "users/./x",
        "users/../x",
        "users/%2e%2E/x",
        "users/U%2f..%2Fx",
        "users/..\\x",
        "users/U%5C%2e%2e",
        "users?=5",
        "users?$top=5&=x",
        "users?",
        "users?$top=5&",
        "users/=x",
        "//users",
        "https://graph.microsoft.com/v1.0/users#x",
        "https://graph.microsoft.com/v1.0//users",
        "https://graph.microsoft.com",
        "https://graph.microsoft.com/v1.0/users/",
        "https://graph.microsoft.us/v1.0/users",
        "https://evil@graph.microsoft.com/v1.0/users",
        "http://graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com.evil.example/x",
    ] {
        assert!(url(path).is_err(), "{path}");
    }
}
