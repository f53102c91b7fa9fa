//! What is no token is sent to nobody and shown to nobody; what Entra says of one is told.

use super::{JWT, assertions, with_token};
use crate::support::{lines, wait_until};
use crate::tenant::{Reply, Tenant};
use crate::token::{entra, told};

const HINT: &str = "name the file into which the issuer's token is written, as it is";
const NO_TOKEN: &str = "holds no token of at most 16 kB (three parts in base64url, joined by dots)";

#[test]
fn what_is_no_token_is_not_sent() {
    let pem = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n";
    let long = format!("a.b.{}", "c".repeat(16 * 1024));
    let contents: [(&str, &str); 13] = [
        ("", "is empty"),
        ("\n", NO_TOKEN),
        ("canary", NO_TOKEN),
        ("canary.canary", NO_TOKEN),
        ("canary.canary.canary.canary", NO_TOKEN),
        ("canary..canary", NO_TOKEN),
        ("canary.canary.", NO_TOKEN),
        ("canary.canary.ca+nary=", NO_TOKEN),
        ("Bearer canary.canary.canary", NO_TOKEN),
        ("canary.canary.canary\ncanary.canary.canary\n", NO_TOKEN),
        (" canary.canary.canary", NO_TOKEN),
        (r#"{"value":"canary.canary.canary"}"#, NO_TOKEN),
        (pem, NO_TOKEN),
    ];
    let tenant = Tenant::start();
    for (content, cause) in contents {
        let mgd = with_token(&tenant, content);
        let line = format!("mgd: federated token file token: {cause}\nmgd: hint: {HINT}\n");
        mgd.list([] as [&str; 0]).refused(2, &line);
        let run = mgd.list(["-vv"]);
        assert_eq!(run.code, 2);
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
    }
    for content in [long.as_bytes(), b"\xff\xfe.a.b", b"a.b.c\0"] {
        let run = with_token(&tenant, content).list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with("mgd: federated token file token: "));
    }
    assert_eq!((tenant.connections(), tenant.requests().len()), (0, 0));
}

#[test]
fn what_is_too_large_is_not_sent_and_what_is_as_large_as_can_be_is() {
    let tenant = Tenant::start();
    let most = format!("a.b.{}", "c".repeat(16 * 1024 - 4));
    tenant.on(&tenant.token_path(), [super::grant(&tenant)]);
    super::whole(
        &with_token(&tenant, format!("{most}\r\n")).list([] as [&str; 0]),
        &tenant,
    );
    assert_eq!(assertions(&tenant), [most.as_str()]);
    for more in [1, 2, 3, 100_000_000] {
        let mgd = with_token(&tenant, &most);
        let file = std::fs::File::options()
            .append(true)
            .open(mgd.scratch.path("token"));
        let file = file.unwrap();
        std::io::Write::write_all(&mut &file, b"c").unwrap();
        file.set_len(16 * 1024 + more).unwrap();
        let run = mgd.list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with("mgd: federated token file token: "));
    }
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn what_is_no_file_is_refused() {
    let tenant = Tenant::start();
    let mgd = with_token(&tenant, JWT);
    std::fs::create_dir(mgd.scratch.path("folder")).unwrap();
    for (path, cause) in [
        ("folder", "is a directory"),
        ("missing", "no such file or directory"),
        ("/dev/zero", "is neither a file nor a pipe"),
    ] {
        mgd.edit(|parameters| parameters["federated_token_file"] = path.into());
        let line = format!("mgd: federated token file {path}: {cause}\n");
        let run = mgd.list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
    }
    assert_eq!((tenant.connections(), tenant.requests().len()), (0, 0));
}

#[test]
fn what_has_become_of_the_file_by_the_second_try_is_not_sent_either() {
    let tenant = Tenant::start();
    let unavailable = Reply::bare(503).retry_after("1");
    tenant.on(&tenant.token_path(), [unavailable]);
    let mgd = with_token(&tenant, JWT);
    let child = mgd.start(["parameters.json"]);
    wait_until(|| tenant.token_posts() == 1);
    mgd.scratch.write("token", "canary", 0o600);
    let line = format!("mgd: federated token file token: {NO_TOKEN}\nmgd: hint: {HINT}\n");
    let output = child.wait_with_output().unwrap();
    crate::support::Run::from(output).refused(2, &line);
    assert_eq!(assertions(&tenant), [JWT]);
}

#[test]
fn a_federated_credential_that_does_not_match_is_told_with_its_remedy() {
    let remedy = "issuer, subject (case counts) and audience of the federated credential must \
                  equal the token's";
    for code in [70021, 700_211, 700_213] {
        let tenant = Tenant::start();
        let text = "No matching federated identity record found for presented assertion.";
        let refusal = entra(401, "invalid_client", code, text);
        tenant.on(&tenant.token_path(), [refusal]);
        let run = with_token(&tenant, JWT).list([] as [&str; 0]);
        let told = told("invalid_client", code, text, &tenant);
        run.refused(3, &format!("{told}mgd: hint: {remedy}\n"));
        assert_eq!(lines(&tenant), [format!("POST {}", tenant.token_path())]);
    }
}

#[test]
fn a_token_past_its_time_is_blamed_on_the_clock_or_on_the_file() {
    let tenant = Tenant::start();
    let text = "Client assertion is not within its valid time range.";
    let refusal = entra(401, "invalid_client", 700_024, text);
    tenant.on(&tenant.token_path(), [refusal]);
    let run = with_token(&tenant, JWT).list([] as [&str; 0]);
    let told = told("invalid_client", 700_024, text, &tenant);
    let hint = run.stderr.strip_prefix(&told).expect(&run.stderr);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(hint.contains("clock"), "{hint}");
    // Nobody who reads of clocks alone looks for the issuer that stopped writing.
    assert!(hint.contains("federated token"), "{hint}");
}

#[test]
fn a_box_that_sends_the_request_back_does_not_have_the_token_shown() {
    let page = |text: &str| Reply::bare(403).body(format!("<pre>client_assertion={text}</pre>"));
    let described = format!("{JWT} is not signed by a known key.");
    for reply in [
        page(JWT),
        entra(401, "invalid_client", 50_027, &described),
        Reply::bare(200).body(format!("{{\"error\":\"{JWT}\"}}")),
    ] {
        let tenant = Tenant::start();
        tenant.on(&tenant.token_path(), [reply]);
        let run = with_token(&tenant, JWT).list(["-vv"]);
        assert_ne!(run.code, 0);
        // Its header is no secret.
        for part in JWT.split('.').skip(1) {
            assert!(!run.stderr.contains(part), "{}", run.stderr);
        }
    }
}
