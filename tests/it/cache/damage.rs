//! A cache that is damaged.

use serde_json::json;

use super::{Cached, is_good_again, now, put, warning, whole};
use crate::support::{Mgd, lines};
use crate::tenant::Tenant;

const NOTHING: [&str; 0] = [];
const DAMAGED: &str = "is damaged, and is made anew";

#[test]
fn a_damaged_cache_is_one_warning_and_made_anew() {
    let good = |tenant: &Tenant| {
        Cached::new(tenant, "canary-token-old")
            .document()
            .to_string()
    };
    type Damage = fn(&str) -> Vec<u8>;
    let cases: [(&str, Damage); 8] = [
        ("truncated", |good| {
            good.as_bytes()[..good.len() / 2].to_vec()
        }),
        ("without its end", |good| {
            good.as_bytes()[..good.len() - 1].to_vec()
        }),
        ("with more behind", |good| [good, "}"].concat().into_bytes()),
        ("null", |_| b"null".to_vec()),
        ("a list", |_| b"[]".to_vec()),
        ("tokens in a list", |_| br#"{"AccessToken":[]}"#.to_vec()),
        ("binary", |_| vec![0; 100]),
        ("deep", |_| {
            [b"{\"a\":".repeat(5000), b"1".to_vec()].concat()
        }),
    ];
    for (what, damage) in cases {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        put(&mgd, damage(&good(&tenant)));
        let run = mgd.list(NOTHING);
        assert_eq!(run.stderr, warning(DAMAGED), "{what}");
        whole(&run, &tenant, &warning(DAMAGED));
        assert_eq!(lines(&tenant).len(), 2, "{what}");
        is_good_again(&mgd, &tenant);
    }
}

#[test]
fn an_empty_cache_is_an_empty_cache() {
    for bytes in ["", "{}", r#"{"AccessToken":{}}"#] {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        put(&mgd, bytes);
        whole(&mgd.list(NOTHING), &tenant, "");
        assert_eq!(tenant.token_posts(), 1);
        is_good_again(&mgd, &tenant);
    }
}

#[test]
fn a_flipped_bit_anywhere_costs_a_token_at_the_most() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let good = Cached::new(&tenant, &tenant.issue_token())
        .document()
        .to_string();
    let expected = crate::support::three_users(&tenant);
    for step in 0..50 {
        let at = step * good.len() / 50;
        let mut bytes = good.clone().into_bytes();
        bytes[at] ^= 1 << (step % 8);
        put(&mgd, &bytes);
        let run = mgd.list(NOTHING);
        let what = format!(
            "bit {} of byte {at}: {}",
            step % 8,
            String::from_utf8_lossy(&bytes)
        );
        assert_eq!(
            (run.code, run.stdout),
            (0, expected.clone()),
            "{what}: {}",
            run.stderr
        );
        assert!(run.stderr.lines().count() <= 1, "{what}: {}", run.stderr);
    }
}

#[test]
fn an_entry_that_cannot_be_right_is_passed_over_without_a_word() {
    let cases = [
        ("expires_on", json!("9223372036854775807")),
        ("expires_on", json!("18446744073709551616")),
        ("expires_on", json!("-1")),
        ("expires_on", json!("soon")),
        ("expires_on", json!(null)),
        ("expires_on", json!(["1"])),
        ("expires_on", json!((now() + 400 * 86_400).to_string())),
        ("cached_at", json!((now() + 3600).to_string())),
        ("secret", json!(7)),
        ("secret", json!(null)),
        ("secret", json!("")),
        ("secret", json!("canary-t\u{7f}ken")),
        ("secret", json!("canary-tokén")),
        ("secret", json!("canary\r\nX-Evil: 1")),
        ("realm", json!("another-tenant")),
        ("client_id", json!("another")),
        ("target", json!("https://graph.microsoft.us/.default")),
        ("environment", json!("login.microsoftonline.com")),
        ("home_account_id", json!("uid.utid")),
        ("token_type", json!("pop")),
        ("credential_type", json!("IdToken")),
        ("ext_cache_key", json!("a0ry")),
    ];
    let mut wrong = Vec::new();
    for (member, value) in cases {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        let token = tenant.issue_token();
        Cached::new(&tenant, &token)
            .with(member, value.clone())
            .write(&mgd);
        let run = mgd.list(NOTHING);
        let is_whole = run.code == 0 && run.stderr.is_empty() && run.ids().len() == 3;
        if !is_whole || tenant.token_posts() != 1 || tenant.requests().len() != 2 {
            let (code, lines) = (run.code, lines(&tenant));
            wrong.push(format!("{member} {value}: {code} {} {lines:?}", run.stderr));
            continue;
        }
        is_good_again(&mgd, &tenant);
    }
    assert_eq!(wrong, [] as [String; 0]);
}
