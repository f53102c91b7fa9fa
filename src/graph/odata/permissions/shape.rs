//! A path as the permissions reference spells it.

/// The segments of a path: lower case, of a function's arguments and of a key the names only, a
/// path inside a drive as one segment. A site that is addressed by its path is an id as well.
pub(crate) fn shape(path: &str) -> Vec<String> {
    let path = path.to_ascii_lowercase();
    let mut shape = Vec::new();
    let mut is_inside = false;
    for part in split(path.trim_end_matches('/'), '/') {
        if is_inside {
            // Of a path inside a drive the last segment stands for all.
            shape.pop();
            shape.push(part.to_owned());
            is_inside = !part.ends_with(':');
        } else {
            push(&mut shape, part);
            if part.ends_with(':') {
                is_inside = true;
                shape.push(String::new());
            }
        }
    }
    if let [sites, host, ..] = &mut shape[..]
        && sites == "sites"
        && host.ends_with(':')
    {
        host.pop();
        shape.remove(2);
    } else if let Some(last) = shape.last_mut()
        && last.ends_with(':')
    {
        last.pop();
    }
    shape
}

/// Puts a segment behind the others; a key without a name is one of its own, as an id is.
fn push(shape: &mut Vec<String>, part: &str) {
    let call = part.strip_suffix(')').and_then(|part| part.split_once('('));
    let (name, arguments) = call.unwrap_or((part, ""));
    let mut segment = name.to_owned();
    let mut before = '(';
    for argument in split(arguments, ',').filter(|_| !arguments.is_empty()) {
        let Some((name, _)) = argument.split_once('=') else {
            shape.push(segment);
            shape.push(arguments.to_owned());
            return;
        };
        segment.push(before);
        segment.push_str(name.trim());
        segment.push('=');
        before = ',';
    }
    if before == ',' {
        segment.push(')');
    }
    shape.push(segment);
}

/// Splits outside of parentheses and, within arguments, outside of quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut depth, mut is_quoted) = (0_usize, false);
    let is_argument = separator == ',';
    text.split(move |c: char| {
        match c {
            '\'' if is_argument || depth > 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == separator && depth == 0 && !is_quoted
    })
}
