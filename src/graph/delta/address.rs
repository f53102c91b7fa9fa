//! What a listing of changes is asked for at.

use crate::error::Error;
use crate::http::Url;

/// Refuses what is no function `delta`, and what names a place in its listing: the places are in
/// the state, and a full round would begin at one.
pub(crate) fn check(given: &str, url: &Url) -> Result<(), Error> {
    let (path, query) = split(url);
    let last = path.rsplit('/').next().unwrap_or_default();
    let last = last.to_ascii_lowercase();
    let name = last.strip_suffix("()").unwrap_or(&last);
    if name.strip_prefix("microsoft.graph.").unwrap_or(name) != "delta" {
        let (path, query) = given.split_once('?').unwrap_or((given, ""));
        let mark = if query.is_empty() { "" } else { "?" };
        return Err(
            Error::parameters(format!("path {path}: does not end in /delta"))
                .hint(format!("did you mean '{path}/delta{mark}{query}'?")),
        );
    }
    for part in query.split('&') {
        let name = part.split('=').next().unwrap_or_default();
        let name = name.replace("%24", "$").to_ascii_lowercase();
        if matches!(
            name.trim_start_matches('$'),
            "deltatoken" | "skiptoken" | "token"
        ) {
            return Err(
                Error::parameters(format!("path: names a position by {name}")).hint(
                    "leave it out: the state holds the position, and --from-now begins at the latest",
                ),
            );
        }
    }
    Ok(())
}

/// The same listing from now on. SharePoint, which has files and sites, names the place otherwise
/// (learn.microsoft.com/graph/api/driveitem-delta, listitem-delta, site-delta) than everybody else
/// (delta-query-overview).
pub(crate) fn from_now(url: &Url) -> Result<Url, Error> {
    let (path, query) = split(url);
    let is_of_sharepoint = path.split('/').any(|segment| {
        let segment = segment.to_ascii_lowercase();
        matches!(segment.as_str(), "drive" | "drives" | "sites" | "shares")
    });
    let mark = if query.is_empty() { '?' } else { '&' };
    let name = if is_of_sharepoint {
        "token"
    } else {
        "$deltatoken"
    };
    Url::parse(&format!("{}{mark}{name}=latest", url.as_str())).map_err(Error::parameters)
}

fn split(url: &Url) -> (&str, &str) {
    let path = url.path_and_query();
    path.split_once('?').unwrap_or((path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Url {
        Url::parse(&format!("https://graph.microsoft.com/v1.0/{path}")).unwrap()
    }

    #[test]
    fn only_the_function_delta_without_a_place_is_asked() {
        let check = |path: &str| check(path, &url(path)).map_err(|error| error.to_string());
        for path in [
            "users/delta",
            "users/delta()",
            "users/microsoft.graph.delta",
            "users/microsoft.graph.delta()",
            "groups/Delta?$select=displayName,members",
            "drives/D/root:/a b:/delta",
            "users/U/calendarView/delta?startDateTime=2026-01-01&endDateTime=2026-02-01",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        for path in [
            "users",
            "delta/users",
            "users/deltas",
            "drives/D/root/delta(token='latest')",
            "users/delta?$deltatoken=latest",
            "users/delta?$select=id&%24DeltaToken=x",
            "users/delta?$skiptoken=x",
            "drives/D/root/delta?token=latest",
        ] {
            assert!(check(path).is_err(), "{path}");
        }
    }

    #[test]
    fn from_now_is_named_as_the_service_names_it() {
        let ask = |path: &str| {
            let url = from_now(&url(path)).unwrap();
            url.path_and_query().to_owned()
        };
        assert_eq!(ask("users/delta"), "/v1.0/users/delta?$deltatoken=latest");
        assert_eq!(
            ask("groups/delta?$select=id"),
            "/v1.0/groups/delta?$select=id&$deltatoken=latest"
        );
        for path in [
            "drives/D/root/delta",
            "users/U/drive/root/delta",
            "sites/S/lists/L/items/delta",
            "sites/delta",
            "groups/G/drives/D/items/I/delta",
        ] {
            assert_eq!(ask(path), format!("/v1.0/{path}?token=latest"));
        }
    }
}
