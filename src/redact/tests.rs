use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::*;

fn redactor(secret: &str) -> Redactor {
    let redactor = Redactor::new();
    redactor.add(&Secret::new(secret));
    redactor
}

const SECRET: &str = "cana&ry+s%cret= é~7Qx/\\\"<a>";

#[test]
fn a_secret_is_found_in_each_encoding() {
    let form = form::encode(&[("", SECRET)]).expose()[1..].to_owned();
    let json = serde_json::to_string(SECRET).unwrap();
    let every = |escape: &dyn Fn(u8) -> String| SECRET.bytes().map(escape).collect::<String>();
    let units = SECRET.encode_utf16().map(|unit| format!("\\u{unit:04X}"));
    let html = SECRET.replace('&', "&amp;").replace('<', "&lt;");
    let numbered = SECRET.chars().map(|c| format!("&#{};", u32::from(c)));
    let forms = [
        SECRET.to_owned(),
        SECRET.to_lowercase(),
        form.clone(),
        form.to_lowercase(),
        form.replace('+', "%20"),
        form.replace('%', "%25"),
        json[1..json.len() - 1].replace('/', "\\/"),
        json.replace('\\', "\\\\"),
        every(&|byte| format!("%{byte:02X}")),
        every(&|byte| format!("%{byte:02x}")),
        units.collect(),
        html.replace('>', "&#x3e;").replace('"', "&quot;"),
        numbered.collect(),
    ];
    for text in forms {
        let redacted = redactor(SECRET).redact(&format!("a {text} b"));
        assert_eq!(redacted.replace('"', ""), "a [redacted] b", "{text}");
    }
}

#[test]
fn a_secret_is_found_in_base64_at_each_offset() {
    let form = form::encode(&[("", SECRET)]);
    for inner in [SECRET, &form.expose()[1..]] {
        for before in ["", "a", "ab", "abc", "client_secret="] {
            let whole = format!("{before}{inner}&b");
            for text in [STANDARD.encode(&whole), URL_SAFE.encode(&whole)] {
                let broken = text.as_bytes().chunks(7);
                let broken: Vec<_> = broken.map(String::from_utf8_lossy).collect();
                for text in [text.clone(), broken.join("\r\n")] {
                    let redacted = redactor(SECRET).redact(&text);
                    let left = redacted.replace(REDACTED, "").replace("\r\n", "");
                    // What stands beside it, and the characters that both share.
                    assert!(left.len() <= before.len() * 4 / 3 + 10, "{text} {redacted}");
                }
            }
        }
    }
}

#[test]
fn a_part_of_a_secret_is_found_and_other_text_stays() {
    let redactor = redactor("abcdefghijklmnopqrstuvwxyz");
    assert_eq!(redactor.redact("[ghijklmn]"), "[[redacted]]");
    assert_eq!(redactor.redact("ghijklm"), "ghijklm");
    let text = "100% & more: \\ %zz &amp; &#xffffffff; \\u12";
    assert_eq!(redactor.redact(text), text);
}

#[test]
fn the_header_of_a_jwt_is_no_secret() {
    let redactor = redactor("eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4eHh4In0.c2lnbmF0dXJlLi4u");
    let text = redactor.redact("eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4eHh4In0.c2lnbmF0dXJlLi4u");
    assert_eq!(text, "eyJ0eXAiOiJKV1QifQ.[redacted]");
    assert_eq!(redactor.redact("c2lnbmF0dXJlLi4u"), "[redacted]");
}

#[test]
fn with_a_short_secret_nothing_is_quoted() {
    let redactor = redactor("s3cret!");
    assert_eq!(redactor.redact("any text"), NOT_QUOTED);
    assert_eq!(redactor.excerpt(b"<html>any text"), NOT_QUOTED);
    assert_eq!(redactor.redact(""), "");
    // Decisions depend on codes.
    assert_eq!(redactor.redact_code("resyncRequired"), "resyncRequired");
    for code in ["s3cret!", "any text", "%73%33cret!", ""] {
        assert_eq!(redactor.redact_code(code), redactor.redact(code));
    }
}

#[test]
fn an_excerpt_is_short_one_line_and_redacted_before_it_is_cut() {
    let redactor = redactor(&"0123456789".repeat(40));
    assert_eq!(redactor.excerpt(b"<html>\n  <p>no</p>"), "<html> <p>no</p>");
    assert_eq!(redactor.excerpt(&[b'x'; 900]).chars().count(), 201);
    let body = format!("{} {}", "x".repeat(195), "0123456789".repeat(40));
    let excerpt = redactor.excerpt(body.as_bytes());
    assert_eq!(excerpt, format!("{} [red…", "x".repeat(195)));
}

#[test]
fn the_secrets_used_last_are_kept_and_the_first_ones() {
    let redactor = redactor("the client secret");
    for number in 0..100 {
        redactor.add(&Secret::new(format!("token number {number:06}")));
        redactor.add(&Secret::new("token number 000010"));
    }
    assert_eq!(redactor.redact("token number 000010"), REDACTED);
    assert_eq!(redactor.redact("the client secret"), REDACTED);
    assert_eq!(redactor.redact("token number 000099"), REDACTED);
    assert_eq!(redactor.secrets().len(), MOST);
}
