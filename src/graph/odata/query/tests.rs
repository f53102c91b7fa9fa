//! What the options come to in a URL.

use super::*;

fn asked(query: &Query, path: &str) -> (String, bool) {
    let QueryUrl { path, is_eventual } = query.apply_to(path).unwrap();
    (path, is_eventual)
}

fn filter(filter: &str) -> Query {
    Query {
        filter: Some(filter.to_owned()),
        ..Query::default()
    }
}

#[test]
fn values_are_encoded_whole_and_a_space_is_no_plus() {
    let query = Query {
        select: Some("id,displayName".to_owned()),
        filter: Some("startsWith(mail,'a+b&c#%41') eq true".to_owned()),
        top: Some(5),
        others: vec!["$skip=é".to_owned(), "x=".to_owned()],
        ..Query::default()
    };
    let (path, is_eventual) = asked(&query, "users");
    assert_eq!(
        path,
        "users?$select=id,displayName&$filter=startsWith(mail,'a%2Bb%26c%23%2541')%20eq%20true\
         &$top=5&$skip=%C3%A9&x="
    );
    assert!(!is_eventual);
}

#[test]
fn a_query_in_the_path_stays_before_the_options() {
    let query = Query {
        top: Some(5),
        ..Query::default()
    };
    assert_eq!(
        asked(&query, "users?$select=id").0,
        "users?$select=id&$top=5"
    );
    for path in ["users?$top=2", "users?%24Top=2", "users?a=b&top=1"] {
        assert!(query.apply_to(path).is_err(), "{path}");
    }
    let twice = Query {
        others: vec!["$top=3".to_owned()],
        ..query
    };
    assert!(twice.apply_to("users").is_err());
}

#[test]
fn advanced_queries_are_known_by_their_words_outside_of_literals() {
    for text in [
        "companyName ne null",
        "not(startsWith(mail,'x'))",
        "NOT startsWith(mail,'x')",
        "endsWith(mail,'x')",
        "assignedLicenses/$count eq 0",
        "displayName eq 'it''s' and a ne 'b'",
    ] {
        let (path, is_eventual) = asked(&filter(text), "users");
        assert!(
            is_eventual && path.ends_with("&$count=true"),
            "{text}: {path}"
        );
    }
    for text in [
        "displayName eq 'not ne endswith'",
        "name eq 'it''s ne'",
        "notes eq 'x'",
    ] {
        let (path, is_eventual) = asked(&filter(text), "users");
        assert!(!is_eventual && !path.contains("$count"), "{text}: {path}");
    }
}

#[test]
fn only_the_directory_is_asked_to_count() {
    let counts = |path: &str| asked(&filter("a ne b"), path).0.ends_with("&$count=true");
    for path in [
        "users",
        "/v1.0/groups",
        "beta/groups/G/members",
        "groups/G/transitiveMembers/microsoft.graph.user",
        "directory/deletedItems/microsoft.graph.group/users",
        "https://graph.microsoft.com/v1.0/users",
    ] {
        assert!(counts(path), "{path}");
    }
    for path in [
        "users/U/messages",
        "auditLogs/signIns",
        "sites",
        "users/U/contacts",
    ] {
        assert!(!counts(path), "{path}");
    }
}

#[test]
fn a_search_gets_its_quotes_back() {
    let search = |text: &str| {
        let query = Query {
            search: Some(text.to_owned()),
            ..Query::default()
        };
        asked(&query, "users")
    };
    let expected = ("users?$search=%22displayName:bo%22".to_owned(), true);
    assert_eq!(search("displayName:bo"), expected);
    assert_eq!(search("\"displayName:bo\""), expected);
}

#[test]
fn a_count_of_a_collection_is_eventual() {
    assert_eq!(
        asked(&Query::default(), "users/$count"),
        ("users/$count".to_owned(), true)
    );
    assert_eq!(
        asked(&Query::default(), "users"),
        ("users".to_owned(), false)
    );
}

#[test]
fn an_option_without_name_or_value_is_refused() {
    assert!(filter(" ").apply_to("users").is_err());
    for other in ["=5", "$top", ""] {
        let query = Query {
            others: vec![other.to_owned()],
            ..Query::default()
        };
        assert!(query.apply_to("users").is_err(), "{other}");
    }
}
