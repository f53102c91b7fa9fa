//! What the hint says after a 403.

use crate::graph::odata::permissions;

/// A request that Graph has forbidden.
pub(crate) struct Forbidden<'a> {
    /// Whether this is among the codes of the error.
    pub(crate) is: &'a dyn Fn(&str) -> bool,
    pub(crate) method: &'a str,
    /// Path and query.
    pub(crate) path: &'a str,
    /// The roles of the token, where it can be read.
    pub(crate) roles: Option<&'a [String]>,
    /// Where an administrator consents.
    pub(crate) consent: &'a str,
    /// The command that clears the token cache.
    pub(crate) clear: &'a str,
}

/// What is known about a 403: the permission it takes, those of the token, and who can help. Only
/// a token that can be read and has no permission listed for the request is said to lack one.
/// Where nothing is listed, what the token has is all that is known.
pub(crate) fn forbidden(asked: &Forbidden<'_>) -> String {
    let roles = asked.roles;
    let advice = permissions::advice(asked.method, asked.path, roles.unwrap_or_default());
    let is_missing = advice.as_ref().and_then(|advice| advice.is_missing);
    let remedy = remedy(asked, roles.and(is_missing));
    let listed = advice.map(|advice| {
        let least = if advice.is_least { "least " } else { "" };
        let permission = advice.permission;
        format!("{least}permission that Microsoft lists for this: {permission}")
    });
    let has = roles.map(|roles| match roles {
        [] => "this token has none".to_owned(),
        roles => format!("this token has: {}", roles.join(", ")),
    });
    let parts = [listed, has, remedy].into_iter().flatten();
    parts.collect::<Vec<_>>().join("; ")
}

/// Who can help after a 403.
fn remedy(asked: &Forbidden<'_>, is_missing: Option<bool>) -> Option<String> {
    let (is, roles, consent, clear) = (asked.is, asked.roles, asked.consent, asked.clear);
    let is_selected = roles.is_some_and(|roles| roles.iter().any(|role| role == "Sites.Selected"));
    let remedy = if is_selected && permissions::is_of_sharepoint(asked.path) {
        "Sites.Selected opens only sites that were granted to the application, \
         by POST sites/SITE/permissions"
            .to_owned()
    } else if is_missing == Some(true) {
        format!(
            "it is missing: add the permission, then consent ({consent}), then run {clear}: \
             a token keeps the permissions that it was issued with"
        )
    } else if is("ErrorAccessDenied") {
        format!(
            "Exchange may close this mailbox to the application, by an application access policy \
             or a management scope; else a permission or its consent is missing: {consent}"
        )
    } else if is("accessDenied") {
        format!(
            "the service may close this object to the application, by rules of its own; \
             else a permission or its consent is missing: {consent}"
        )
    } else if is_missing == Some(false) {
        format!(
            "so a directory role, a licence or a policy may be wanted, or another permission \
             ({consent})"
        )
    } else if roles.is_some() {
        return None;
    } else if is("Authorization_RequestDenied") {
        format!(
            "add the permission that this needs, then consent ({consent}), then run {clear}: \
             a token keeps the permissions that it was issued with"
        )
    } else {
        format!("the application lacks a permission, or its consent: {consent}")
    };
    Some(remedy)
}
