//! A path as the permissions reference spells it.

/// The segments of a path: lower case, of a function's arguments and of a key the names only, a
/// path inside a drive as one segment. A site that is addressed by its path is an id as well.
pub(super) fn shape(path: &str) -> Vec<String> {
    let path = path.to_ascii_lowercase();
    let parts = split(path.trim_end_matches('/'), '/');
    let mut parts = parts.into_iter().peekable();
    let mut shape = Vec::new();
    while let Some(part) = parts.next() {
        push(&mut shape, part);
        if !part.ends_with(':') || part.len() == 1 {
            continue;
        }
        let mut inside = parts.next();
        while inside.is_some_and(|part| !part.ends_with(':')) && parts.peek().is_some() {
            inside = parts.next();
        }
        if shape.len() == 2 && shape[0] == "sites" {
            shape[1].pop();
        } else if let Some(inside) = inside {
            let is_last = parts.peek().is_none();
            shape.push(
                if is_last {
                    inside.trim_end_matches(':')
                } else {
                    inside
                }
                .to_owned(),
            );
        }
    }
    shape
}

/// Puts a segment behind the others; a key without a name is one of its own, as an id is.
fn push(shape: &mut Vec<String>, part: &str) {
    let call = part.strip_suffix(')').and_then(|part| part.split_once('('));
    let Some((name, arguments)) = call else {
        shape.push(part.to_owned());
        return;
    };
    let arguments = split(arguments, ',');
    let names = arguments.iter().map(|argument| argument.split_once('='));
    let names: Option<Vec<_>> = names.map(|pair| Some(pair?.0.trim())).collect();
    match names {
        _ if arguments == [""] => shape.push(name.to_owned()),
        Some(names) => shape.push(format!("{name}({}=)", names.join("=,"))),
        None => shape.extend([name.to_owned(), arguments.join(",")]),
    }
}

/// Splits outside of parentheses and, within arguments, outside of quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut is_quoted) = (0_usize, false);
    let is_argument = separator == ',';
    text.split(|c: char| {
        match c {
            '\'' if is_argument || depth > 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == separator && depth == 0 && !is_quoted
    })
    .collect()
}
