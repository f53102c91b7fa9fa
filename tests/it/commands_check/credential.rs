//! What is wrong with a certificate: its dates.

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::{check, failed, healthy, told, troubles};
use crate::support::{Command, Run, tool};

const DAY: u64 = 24 * 3600;

/// A check with a certificate that is good from `start` to `end` days from now.
fn with_dates(start: i64, end: i64) -> Option<Run> {
    let openssl = tool("openssl")?;
    let arguments = ["genpkey", "-algorithm", "RSA", "-quiet"];
    let key = Command::new(openssl).args(arguments).output().unwrap();
    let key = String::from_utf8(key.stdout).unwrap();
    let pair = rcgen::KeyPair::from_pem(&key).unwrap();
    let mut params = rcgen::CertificateParams::default();
    let moment = |days: i64| {
        let span = Duration::from_secs(days.unsigned_abs() * DAY);
        let now = SystemTime::now();
        if days < 0 { now - span } else { now + span }
    };
    (params.not_before, params.not_after) = (moment(start).into(), moment(end).into());
    let pem = params.self_signed(&pair).unwrap().pem() + &key;
    let (_tenant, mgd) = healthy();
    mgd.scratch.write("app.pem", pem, 0o600);
    mgd.edit(|parameters| {
        parameters["secret"] = json!(null);
        parameters["certificate_file"] = json!("app.pem");
    });
    Some(check(&mgd))
}

const CHOICE: &str = "certificate from parameters file parameters.json";

#[test]
fn the_dates_of_the_certificate_are_told() {
    let run = need!(with_dates(-1, 90));
    let (line, _) = told(&run, "pass  credential: ");
    assert!(line.starts_with(&format!("{CHOICE}, valid until ")));
    assert_eq!((run.code, troubles(&run)), (0, vec![]));
    let run = need!(with_dates(-1, 10));
    let (line, _) = told(&run, "warn  credential: ");
    let start = format!("{CHOICE}: the certificate expires on ");
    assert!(line.starts_with(&start), "{line}");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(troubles(&run), ["warn credential"]);
}

#[test]
fn a_certificate_outside_its_dates_fails() {
    let cases = [
        (
            (-20, -10),
            "the certificate has expired on ",
            "upload a new certificate to the application, and use it here",
        ),
        (
            (10, 20),
            "the certificate is not valid before ",
            "set this machine's clock (date -u), or wait",
        ),
    ];
    for ((start, end), text, remedy) in cases {
        let run = need!(with_dates(start, end));
        let (line, hint) = failed(&run, "credential");
        assert!(line.starts_with(&format!("{CHOICE}: {text}")), "{line}");
        assert_eq!((run.code, hint), (2, remedy));
        // The rest is looked at all the same.
        assert_eq!(troubles(&run), ["fail credential"]);
    }
}
