use super::*;
use crate::graph::list::capture::TOO_LONG;

/// The pieces of `body` as text, fed in steps of `step` bytes.
fn split(body: &[u8], step: usize) -> Result<Vec<String>, &'static str> {
    let mut splitter = Splitter::new(1000);
    let mut pieces = Vec::new();
    for input in body.chunks(step) {
        let mut at = 0;
        while let Some(piece) = splitter.next(input, &mut at).map_err(|flaw| flaw.what)? {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            pieces.push(match piece {
                Piece::Member { key, value } => format!("{}:{}", text(key), text(value)),
                Piece::Start => "[".to_owned(),
                Piece::End => "]".to_owned(),
                Piece::Item {
                    text: item,
                    id,
                    is_partial,
                } => {
                    let id = id.map(text).unwrap_or_default();
                    format!(
                        "{} id={id}{}",
                        text(item),
                        if is_partial { " partial" } else { "" }
                    )
                }
            });
        }
    }
    splitter.finish().map_err(|flaw| flaw.what)?;
    Ok(pieces)
}

#[test]
fn pieces_are_the_same_wherever_the_body_is_cut() {
    let body = r#" { "@odata.context" : "c\u0022" , "value" : [ { "id" : "a\"1", "n": 1.50e+3 } , {
        "x": {"id": 7}, "members@odata.nextLink": "l", "é€😀": [ true , false,null ] }, 17, "s", [ ], {} ,
        {"manager@odata.nextLink":null, "id":{"a" : 1}} ] , "@odata.nextLink":"https:\/\/h" , "z" : { "value":[1 ,2] } } "#;
    let whole = split(body.as_bytes(), 100_000).unwrap();
    assert_eq!(
        whole,
        [
            r#""@odata.context":"c\u0022""#,
            "[",
            r#"{"id":"a\"1","n":1.50e+3} id="a\"1""#,
            r#"{"x":{"id":7},"members@odata.nextLink":"l","é€😀":[true,false,null]} id= partial"#,
            "17 id=",
            r#""s" id="#,
            "[] id=",
            "{} id=",
            r#"{"manager@odata.nextLink":null,"id":{"a":1}} id="#,
            "]",
            r#""@odata.nextLink":"https:\/\/h""#,
            r#""z":{"value":[1,2]}"#,
        ]
    );
    for step in 1..80 {
        assert_eq!(
            split(body.as_bytes(), step).unwrap(),
            whole,
            "in steps of {step}"
        );
    }
}

#[test]
fn a_value_that_is_no_array_is_a_member() {
    for (body, piece) in [
        (r#"{"value":7}"#, r#""value":7"#),
        (r#"{"value":null}"#, r#""value":null"#),
        (r#"{"value":{"value":[1]}}"#, r#""value":{"value":[1]}"#),
        (r#"{"valu":[1]}"#, r#""valu":[1]"#),
    ] {
        assert_eq!(split(body.as_bytes(), 3).unwrap(), [piece]);
    }
    assert_eq!(
        split(br#"{"v\u0061lue":[1]}"#, 3).unwrap(),
        ["[", "1 id=", "]"]
    );
}

#[test]
fn a_second_value_is_refused_however_it_is_spelt() {
    for body in [
        r#"{"value":[],"value":[]}"#,
        r#"{"value":1,"value":[]}"#,
        r#"{"value":[],"v\u0061lue":1}"#,
    ] {
        assert_eq!(split(body.as_bytes(), 4), Err("a second `value`"));
    }
}

#[test]
fn every_cut_of_a_body_is_seen() {
    let body = br#"{"a":[1,{"b":"c"}],"value":[{"id":"1"},-0.5e-7],"t":true}"#;
    for end in 0..body.len() {
        assert!(split(&body[..end], 7).is_err(), "cut at {end}");
    }
    assert!(split(body, 7).is_ok());
}

#[test]
fn what_is_no_json_is_refused_inside_and_outside_of_items() {
    let wrong = [
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "NaN",
        "Infinity",
        "tru",
        "True",
        "nul",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\u{1}\"",
        "\"\t\"",
        "'a'",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "{1:2}",
        "[}",
        "{]",
        "",
        "//x\n1",
        "1 2",
        "]",
        "}",
        "\"a",
        "--1",
        "1.e5",
        "truefalse",
        "nullx",
    ];
    for text in wrong {
        for body in [
            format!("{{\"a\":{text}}}"),
            format!("{{\"value\":[{text},0]}}"),
        ] {
            for step in [1, 1000] {
                assert!(split(body.as_bytes(), step).is_err(), "{body}");
            }
            assert!(
                serde_json::from_str::<serde_json::Value>(&body).is_err(),
                "{body}"
            );
        }
    }
    for body in [
        "",
        "  ",
        "[]",
        "null",
        "\u{feff}\u{feff}{}",
        " \u{feff}{}",
        "\u{feff}",
        "{}{}",
        "{} x",
        "{},",
        "<html>",
    ] {
        assert!(split(body.as_bytes(), 1000).is_err(), "{body}");
    }
    for bytes in [
        &b"\xff"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        b"\xe2\x82",
    ] {
        let body = [b"{\"a\":\"", bytes, b"\"}"].concat();
        assert_eq!(split(&body, 1), Err("not UTF-8"));
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    for step in [1, 2, 1000] {
        let marked = split("\u{feff} {\"a\":1}".as_bytes(), step);
        assert_eq!(marked, split(b"{\"a\":1}", 1000));
    }
}

#[test]
fn lengths_and_depths_are_bounded() {
    let long = format!("{{\"value\":[\"{}\"]}}", "x".repeat(1000));
    assert_eq!(split(long.as_bytes(), 64), Err(TOO_LONG));
    assert_eq!(split(long.as_bytes(), 100_000), Err(TOO_LONG));
    let long = format!("{{\"{}\":1}}", "x".repeat(1000));
    assert_eq!(split(long.as_bytes(), 64), Err(TOO_LONG));
    let blank = format!("{{{}}}", " ".repeat(1001));
    assert_eq!(split(blank.as_bytes(), 64), Err("white space without end"));
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(split(deep.as_bytes(), 64), Err("nested too deeply"));
    // The deepest that is allowed, and one more.
    for (objects, inner, is_right) in [(511, "[1]", true), (512, "[1]", false), (512, "1", true)] {
        let deep = format!(
            "{}{inner}{}",
            "{\"a\":".repeat(objects),
            "}".repeat(objects)
        );
        for step in [1, 100_000] {
            let mut splitter = Splitter::new(100_000);
            let mut run = deep.as_bytes().chunks(step).try_fold((), |(), input| {
                let mut at = 0;
                while splitter.next(input, &mut at)?.is_some() {}
                Ok::<_, JsonError>(())
            });
            run = run.and_then(|()| splitter.finish());
            assert_eq!(run.is_ok(), is_right, "{objects} {inner} {step}");
        }
    }
}

/// Bodies that are nearly right, made out of right ones.
struct Mutants(u64);

impl Mutants {
    fn random(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below
    }

    fn next(&mut self) -> Vec<u8> {
        const BODIES: [&str; 3] = [
            r#"{"@odata.context":"c","value":[{"id":"a\"1","n":-1.50e+3,"é":"Zoë\u00eb😀\ud83d"},{"t":true,
               "x":{"id":7,"y":[null,false]},"m@odata.nextLink":"l" }],"@odata.nextLink":"https:\/\/h"}"#,
            r#"{"value":[{"id":"11111111","name":"a name of many bytes, all plain","to":["b","c",1,null],"e":{},"f":[]},0,"s"],"z":{"v":"\\"}}"#,
            r#"{"id":"x","a":{"b":{"c":[[{"d":"\b\f\n\r\t\/"}]]},"n":0},"k@odata.nextLink":"", "l":1E-2}"#,
        ];
        const BYTES: &[u8] =
            b"\"\\{}[]:,0129-+.eEutfn aid/\n\x00\x1f\x7f\x80\xbf\xc3\xe2\xed\xf0\xff";
        let mut body = BODIES[self.random(BODIES.len())].as_bytes().to_vec();
        for _ in 0..self.random(4) {
            let at = self.random(body.len());
            let end = (at + self.random(9)).min(body.len());
            let byte = BYTES[self.random(BYTES.len())];
            match self.random(5) {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 => drop(body.drain(at.max(1)..end.max(1))),
                3 => {
                    let copy = body[at..end].to_vec();
                    let place = self.random(body.len());
                    body.splice(place..place, copy);
                }
                _ => body.truncate(at.max(1)),
            }
        }
        body
    }
}

#[test]
fn what_is_taken_is_what_serde_json_takes_and_cuts_change_nothing() {
    let mut mutants = Mutants(0x5eed);
    let mut right = 0;
    for round in 0..20_000 {
        let body = mutants.next();
        let shown = String::from_utf8_lossy(&body);
        let whole = split(&body, 100_000);
        if whole != Err("a second `value`") {
            let is_json = std::str::from_utf8(&body).is_ok()
                && body.trim_ascii_start().starts_with(b"{")
                && serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
            assert_eq!(whole.is_ok(), is_json, "{whole:?} {shown}");
        }
        right += usize::from(whole.is_ok());
        let every = if round % 200 == 0 { body.len() } else { 4 };
        for step in 1..every {
            assert_eq!(split(&body, step), whole, "in steps of {step}: {shown}");
        }
    }
    assert!((2_000..18_000).contains(&right), "{right}");
}
