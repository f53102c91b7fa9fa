//! When a listing of changes must begin anew.

/// Whether an error says that the place in a listing of changes is lost: it was kept for too long,
/// or the service has moved (learn.microsoft.com/graph/delta-query-overview, driveitem-delta).
/// Services differ in the status, in the case of the letters and in the level that the code
/// stands on.
pub(crate) fn is_resync(status: u16, codes: &[String]) -> bool {
    let is_known = |code: &String| {
        let code = code.to_ascii_lowercase();
        code.starts_with("syncstate") || code.starts_with("resync")
    };
    status == 410 || matches!(status, 400..=499) && codes.iter().any(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_state_is_known_in_any_case_of_letters_and_on_any_level() {
        let is = |status, codes: &[&str]| {
            let codes: Vec<_> = codes.iter().map(|code| (*code).to_owned()).collect();
            is_resync(status, &codes)
        };
        assert!(is(410, &[]));
        assert!(is(410, &["gone"]));
        for code in [
            "syncStateNotFound",
            "SyncStateNotFound",
            "SYNCSTATEINVALID",
            "resyncRequired",
            "resyncChangesApplyDifferences",
            "ResyncChangesUploadDifferences",
        ] {
            assert!(is(400, &[code]) && is(400, &["badRequest", code]), "{code}");
            assert!(!is(500, &[code]), "{code}");
        }
        assert!(!is(400, &["badRequest"]));
        assert!(!is(404, &["itemNotFound"]));
    }
}
