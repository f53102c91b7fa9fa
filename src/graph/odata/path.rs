//! From what a person types to the URL that is asked for, and never to another object's.

use crate::auth::known_graph;
use crate::error::Error;
use crate::form::encode_unsendable;
use crate::http::Url;

/// The URL of a path, or of an absolute URL, on the Graph whose root is `root`, for a request of
/// this method.
///
/// # Errors
///
/// `Parameters` when it would name another object than the one meant, because a shell ate a part
/// of it, or leads away from this Graph.
pub(crate) fn resolve(root: &Url, method: &str, path: &str, is_beta: bool) -> Result<Url, Error> {
    let completed = with_scheme(root, path);
    let path = completed.as_deref().unwrap_or(path);
    if is_absolute(path) {
        return absolute(root, method, path, is_beta);
    }
    let (version, rest) = version_of(path, is_beta)?;
    let origin = root.origin();
    let url = format!("{origin}/{version}/{}", encode_unsendable(rest));
    check_path(method, path, rest)?;
    Url::parse(&url).map_err(|reason| Error::parameters(format!("path {path}: {reason}")))
}

/// The longest URL in bytes, 64 kB: the http crate takes none that is longer.
pub(crate) const MAX_LINK: usize = 65_534;

/// A link that Graph gave earlier, or a page asked for again: only its origin is checked.
///
/// # Errors
///
/// The reason why it is not followed.
pub(crate) fn on_same_origin(root: &Url, link: &str) -> Result<Url, String> {
    let url = Url::parse(&encode_unsendable(link))?;
    if url.as_str().len() > MAX_LINK {
        return Err("is longer than 64 kB".to_owned());
    }
    if url.origin() == root.origin() {
        Ok(url)
    } else {
        Err(format!(
            "leads away from {} to {}",
            root.origin(),
            url.origin()
        ))
    }
}

/// The URL that was meant by one without its scheme, of this Graph or of another that is known.
fn with_scheme(root: &Url, text: &str) -> Option<String> {
    let host = text.split('/').next()?.to_ascii_lowercase();
    let origin = root.origin();
    if host.contains(['.', ':']) && host == origin.name() {
        Some(format!("{origin}{}", &text[host.len()..]))
    } else {
        known_graph(&host).map(|_| format!("https://{text}"))
    }
}

/// Whether a text begins with a scheme; a URL inside a filter does not make one of a path.
fn is_absolute(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        !scheme.is_empty() && scheme.bytes().all(is_plain)
    })
}

fn absolute(root: &Url, method: &str, text: &str, is_beta: bool) -> Result<Url, Error> {
    let fail = |reason: &str| Error::parameters(format!("url {text}: {reason}"));
    if text.contains('#') {
        return Err(fail("holds a #").hint("in a name write it as %23"));
    }
    if is_beta {
        return Err(fail("--beta goes with a path, not with a url"));
    }
    let url = on_same_origin(root, text).map_err(|reason| {
        fail(&reason).hint("the token is for this Graph only; another is named by --graph")
    })?;
    let path = url.path_and_query();
    check_path(method, text, path.strip_prefix('/').unwrap_or(path))?;
    Ok(url)
}

fn version_of(path: &str, is_beta: bool) -> Result<(&'static str, &str), Error> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    match first {
        "v1.0" if is_beta => Err(Error::parameters(format!(
            "path {path}: names v1.0, and --beta the other"
        ))),
        "v1.0" if !rest.is_empty() => Ok(("v1.0", rest)),
        "beta" if !rest.is_empty() => Ok(("beta", rest)),
        _ => Ok((if is_beta { "beta" } else { "v1.0" }, path)),
    }
}

/// Refuses what is left when a shell has put nothing in the place of `$ref`, `$filter` or a
/// variable.
fn check_path(method: &str, given: &str, rest: &str) -> Result<(), Error> {
    const HINT: &str = "if a shell wrote this, it may have eaten a $word or an empty variable: \
                        put the argument into single quotes";
    let fail = |reason: &str| Err(Error::parameters(format!("path {given}: {reason}")).hint(HINT));
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    if path.is_empty() {
        return fail("is empty");
    }
    let path = match path.strip_suffix('/') {
        Some(path) if method == "GET" && ends_in_id(path) => path,
        Some(_) => return fail("ends in /"),
        None => path,
    };
    for segment in path.split('/') {
        if segment.is_empty() {
            return fail("has an empty segment");
        }
        if segment.starts_with('=') {
            return fail("has a segment that begins with =");
        }
        if has_dots(segment) {
            return fail("has a segment of dots");
        }
    }
    if let Some(query) = query {
        if query.split('&').any(|part| part.starts_with('=')) {
            return fail("has a query option without a name");
        }
        if query.split('&').any(str::is_empty) {
            return fail("has an empty query option");
        }
    }
    Ok(())
}

/// Whether the last segment is no bare word, and so an id or a call. Microsoft documents GETs that
/// end in a slash behind one; behind a word the slash says that a variable was empty.
fn ends_in_id(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    last != "v1.0" && last.contains(|c: char| c.is_ascii_digit() || "@-!=)".contains(c))
}

/// Whether a segment, or a part of it for a server that takes an escaped slash or a backslash for
/// a slash, leads elsewhere.
fn has_dots(segment: &str) -> bool {
    let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
    let decoded = decoded.replace("%2f", "/").replace("%5c", "/");
    decoded
        .split(['/', '\\'])
        .any(|part| matches!(part, "." | ".."))
}

#[cfg(test)]
mod tests;
