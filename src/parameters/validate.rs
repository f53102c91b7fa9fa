//! Mistakes that can be seen before anything is sent.

use crate::auth::{Authority, known_graph};
use crate::error::Error;
use crate::http::Url;
use crate::parameters::file::Located;

/// Judges a secret by its looks.
pub(crate) fn secret(secret: &Located) -> Result<(), Error> {
    const VALUE: &str =
        "put the secret's Value there, which the portal shows once, when it is made";
    let text = secret.text.expose();
    let fail = |cause: &str| Err(Error::parameters(cause).hint(VALUE).at(&secret.place));
    if text.is_empty() {
        fail("is empty")
    } else if is_guid(text) {
        fail("is a guid: that is the Secret ID, not the secret")
    } else if text.trim() != text || text.contains(['\r', '\n', '\0']) {
        fail("begins or ends with white space, or holds a line end")
    } else {
        Ok(())
    }
}

/// The root of Graph that a URL stands on.
pub(crate) fn root(given: &Located) -> Result<Url, Error> {
    Url::parse(given.text.expose().trim()).map_err(|reason| {
        let hint = "give a url such as https://graph.microsoft.com/v1.0/users";
        Error::parameters(reason).hint(hint).at(&given.place)
    })
}

/// Judges whether authority, scope and Graph belong together. Hosts that are not known may be
/// anything: custom APIs, private clouds.
pub(crate) fn clouds(
    authority: &Authority,
    scope: Option<&Located>,
    root: Option<&Url>,
    endpoint: Option<&Located>,
) -> Result<(), Error> {
    let graph = root.map(Url::host).and_then(known_graph);
    if let Some(graph) = graph
        && authority.is_foreign_graph(graph)
    {
        let login = authority.environment();
        let place = endpoint.map_or("--graph", |endpoint| &endpoint.place);
        return Err(
            Error::parameters(format!("{graph} is not in the cloud of {login}"))
                .hint("a token of one cloud is worth nothing in another: change one of the two")
                .at(place),
        );
    }
    let Some(scope) = scope else {
        return Ok(());
    };
    let fail =
        |cause: String, hint: &str| Err(Error::parameters(cause).hint(hint).at(&scope.place));
    let text = scope.text.expose();
    if text.trim().is_empty() {
        return fail("is empty".to_owned(), "put null there for the usual one");
    }
    for one in text.split_whitespace() {
        if authority.is_known() && !one.ends_with("/.default") {
            let resource = Url::parse(one).map(|url| url.origin().to_string());
            let resource = resource.unwrap_or_else(|_| "https://graph.microsoft.com".to_owned());
            let hint =
                format!("use {resource}/.default and grant the permission on the application");
            return fail(format!("{one} does not end in /.default"), &hint);
        }
        let host = Url::parse(one).ok();
        let host = host.as_ref().map(Url::host).and_then(known_graph);
        if let (Some(host), Some(graph)) = (host, graph)
            && host != graph
        {
            let cause = format!("{host} is not the Graph host, {graph}");
            return fail(cause, "scope and endpoint must name the same Graph");
        }
        if let Some(host) = host
            && authority.is_foreign_graph(host)
        {
            let login = authority.environment();
            let hint = "a token of one cloud is worth nothing in another: change one of the two";
            return fail(format!("{host} is not in the cloud of {login}"), hint);
        }
    }
    Ok(())
}

/// Whether a text has the form of a GUID.
pub(crate) fn is_guid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
