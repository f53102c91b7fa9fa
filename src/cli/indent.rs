//! JSON for people: two spaces a level.

use std::io::{self, Write};

/// Writes JSON, which is valid, with line ends and two spaces a level; `level` is the one
/// that it begins on. Every token stays as it is.
pub(crate) fn indent(out: &mut impl Write, json: &[u8], level: usize) -> io::Result<()> {
    let mut level = level;
    let mut rest = json;
    while let Some((&byte, tail)) = rest.split_first() {
        let length = match byte {
            b'"' => text_length(rest),
            b'{' | b'[' if matches!(tail.first(), Some(b'}' | b']')) => 2,
            _ => 1,
        };
        let (token, tail) = rest.split_at(length);
        match byte {
            b'{' | b'[' if length == 1 => {
                level += 1;
                out.write_all(token)?;
                line(out, level)?;
            }
            b'}' | b']' => {
                level = level.saturating_sub(1);
                line(out, level)?;
                out.write_all(token)?;
            }
            b',' => {
                out.write_all(token)?;
                line(out, level)?;
            }
            b':' => out.write_all(b": ")?,
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => out.write_all(token)?,
        }
        rest = tail;
    }
    Ok(())
}

/// Begins a line on a level.
pub(crate) fn line(out: &mut impl Write, level: usize) -> io::Result<()> {
    out.write_all(b"\n")?;
    for _ in 0..level {
        out.write_all(b"  ")?;
    }
    Ok(())
}

fn text_length(text: &[u8]) -> usize {
    let mut is_escaped = false;
    for (index, &byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_stays_and_levels_are_two_spaces() {
        let json = br#"{"a":[1.0e5,{"b":"x\",{:"}],"c":{},"d":[],"e":[[]]}"#;
        let mut out = Vec::new();
        indent(&mut out, json, 0).unwrap();
        let expected = r#"{
  "a": [
    1.0e5,
    {
      "b": "x\",{:"
    }
  ],
  "c": {},
  "d": [],
  "e": [
    []
  ]
}"#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
