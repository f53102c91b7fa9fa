//! `-F key=value` and `-f key=value`: a JSON object put together on the command line.

use serde::de::IgnoredAny;

use crate::cli::body::text_of;
use crate::error::Error;

/// A JSON value in the making; numbers keep the digits that were typed.
#[derive(Debug)]
enum Node {
    /// A token.
    Token(String),
    Object(Vec<(String, Self)>),
    Array(Vec<Self>),
}

/// One step of a key such as `a[b][]`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    /// `[]`: one more item.
    More,
}

/// The object that typed (`-F`) and plain (`-f`) fields make up, each kind in its order.
///
/// # Errors
///
/// `Parameters` for a field that is none, a file that cannot be read, and a key that is given two
/// values.
pub(crate) fn object(typed: &[String], plain: &[String]) -> Result<Vec<u8>, Error> {
    check_stdin(typed)?;
    let mut root = Node::Object(Vec::new());
    for (field, is_typed) in all(typed, plain) {
        let (key, value) = split(field)?;
        let node = match value {
            None => Node::Array(Vec::new()),
            Some(value) if is_typed => Node::Token(typed_token(value)?),
            Some(value) => Node::Token(string(value)),
        };
        let mut steps = steps(key).ok_or_else(|| no_field(field))?;
        if value.is_none() && steps.pop() != Some(Step::More) {
            return Err(no_field(field));
        }
        if !put(&mut root, &steps, node) {
            return Err(Error::parameters(format!(
                "field {key}: is given two values"
            )));
        }
    }
    let mut json = String::new();
    write(&root, &mut json);
    Ok(json.into_bytes())
}

/// The fields as query options, for a request that has no body.
pub(crate) fn query(typed: &[String], plain: &[String]) -> Result<Vec<String>, Error> {
    check_stdin(typed)?;
    all(typed, plain)
        .map(|(field, is_typed)| match split(field)? {
            (key, Some(value)) => match value.strip_prefix('@').filter(|_| is_typed) {
                Some(path) => Ok(format!("{key}={}", text_of(path, "field")?)),
                None => Ok(format!("{key}={value}")),
            },
            (_, None) => Err(no_field(field)),
        })
        .collect()
}

fn all<'f>(typed: &'f [String], plain: &'f [String]) -> impl Iterator<Item = (&'f String, bool)> {
    let typed = typed.iter().map(|field| (field, true));
    typed.chain(plain.iter().map(|field| (field, false)))
}

/// Stdin is there once: a second field would find it empty.
fn check_stdin(typed: &[String]) -> Result<(), Error> {
    let is_stdin = |field: &&String| matches!(split(field), Ok((_, Some("@-"))));
    match typed.iter().filter(is_stdin).nth(1) {
        Some(field) => Err(Error::parameters(format!(
            "field {field}: stdin is that of another field"
        ))),
        None => Ok(()),
    }
}

/// Key and value; without `=` only `key[]` is a field, an array of nothing.
fn split(field: &str) -> Result<(&str, Option<&str>), Error> {
    match field.split_once('=') {
        Some(("", _)) => Err(no_field(field)),
        Some((key, value)) => Ok((key, Some(value))),
        None if field.ends_with("[]") => Ok((field, None)),
        None => Err(no_field(field)),
    }
}

fn no_field(field: &str) -> Error {
    Error::parameters(format!("field {field}: is no key=value"))
        .hint("a key is name, name[sub] or name[]")
}

fn steps(key: &str) -> Option<Vec<Step>> {
    let (name, mut rest) = key.split_at(key.find('[').unwrap_or(key.len()));
    let mut steps = vec![Step::Name(name.to_owned())];
    while !rest.is_empty() {
        let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
        steps.push(if inner.is_empty() {
            Step::More
        } else {
            Step::Name(inner.to_owned())
        });
        rest = after;
    }
    (!name.is_empty()).then_some(steps)
}

/// `true`, `false`, `null` and numbers as they are, `@FILE` for its text, else a string.
fn typed_token(value: &str) -> Result<String, Error> {
    if let Some(path) = value.strip_prefix('@') {
        return Ok(string(&text_of(path, "field")?));
    }
    let is_number = value.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<IgnoredAny>(value).is_ok();
    let is_plain = value.trim() == value;
    Ok(match value {
        "true" | "false" | "null" => value.to_owned(),
        _ if is_number && is_plain => value.to_owned(),
        _ => string(value),
    })
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Puts a value at the end of the steps; `false` if there is another already.
fn put(node: &mut Node, steps: &[Step], value: Node) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return false;
    };
    match (step, node) {
        (Step::Name(name), Node::Object(members)) => {
            match members.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => put(known, rest, value),
                None => {
                    members.push((name.clone(), grown(rest, value)));
                    true
                }
            }
        }
        (Step::More, Node::Array(items)) => {
            // `a[][x]=1 a[][y]=2` fill one object until a name comes again.
            let last = items.last_mut().filter(|last| has_room(last, rest));
            match last {
                Some(last) => put(last, rest, value),
                None => {
                    items.push(grown(rest, value));
                    true
                }
            }
        }
        _ => false,
    }
}

fn has_room(node: &Node, steps: &[Step]) -> bool {
    match (steps, node) {
        ([Step::Name(name), rest @ ..], Node::Object(members)) => {
            match members.iter().find(|(known, _)| known == name) {
                Some((_, known)) => has_room(known, rest),
                None => true,
            }
        }
        ([Step::More, ..], Node::Array(_)) => true,
        _ => false,
    }
}

/// The value inside of what the steps say.
fn grown(steps: &[Step], value: Node) -> Node {
    match steps.split_first() {
        None => value,
        Some((Step::Name(name), rest)) => Node::Object(vec![(name.clone(), grown(rest, value))]),
        Some((Step::More, rest)) => Node::Array(vec![grown(rest, value)]),
    }
}

fn write(node: &Node, json: &mut String) {
    match node {
        Node::Token(token) => json.push_str(token),
        Node::Object(members) => {
            json.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                json.push_str(if index > 0 { "," } else { "" });
                json.push_str(&string(name));
                json.push(':');
                write(value, json);
            }
            json.push('}');
        }
        Node::Array(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                json.push_str(if index > 0 { "," } else { "" });
                write(item, json);
            }
            json.push(']');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[&str]) -> Result<String, String> {
        let fields: Vec<_> = fields.iter().map(|field| (*field).to_owned()).collect();
        match object(&fields, &[]) {
            Ok(json) => Ok(String::from_utf8(json).unwrap()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn values_are_typed_and_numbers_keep_their_digits() {
        let fields = [
            "a=true", "b=null", "c=1.50", "d=007", "e=x y", "f=", "g=-1e9", "h=1 ",
        ];
        assert_eq!(
            typed(&fields).unwrap(),
            r#"{"a":true,"b":null,"c":1.50,"d":"007","e":"x y","f":"","g":-1e9,"h":"1 "}"#
        );
        let plain = ["a=true".to_owned(), "b=1=2".to_owned()];
        assert_eq!(object(&[], &plain).unwrap(), br#"{"a":"true","b":"1=2"}"#);
    }

    #[test]
    fn keys_nest() {
        let fields = ["p[x]=1", "p[y][z]=\"q\"", "n[]=a", "n[]=b", "empty[]"];
        assert_eq!(
            typed(&fields).unwrap(),
            r#"{"p":{"x":1,"y":{"z":"\"q\""}},"n":["a","b"],"empty":[]}"#
        );
    }

    #[test]
    fn an_array_of_objects_begins_the_next_where_a_name_comes_again() {
        let fields = ["a[][x]=1", "a[][y]=2", "a[][x]=3"];
        assert_eq!(typed(&fields).unwrap(), r#"{"a":[{"x":1,"y":2},{"x":3}]}"#);
    }

    #[test]
    fn what_is_no_field_is_refused() {
        for field in ["a", "=1", "[x]=1", "a[=1", "a[b=1", "a[]b=1"] {
            assert!(typed(&[field]).is_err(), "{field}");
        }
        for pair in [["a=1", "a=2"], ["a=1", "a[b]=2"], ["a[]=1", "a[b]=2"]] {
            assert!(typed(&pair).is_err(), "{pair:?}");
        }
    }
}
