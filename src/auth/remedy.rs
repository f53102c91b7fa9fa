//! What to do about an AADSTS code (learn.microsoft.com/entra/identity-platform/reference-error-codes).
//! For people only: programs go by `error`.

/// The remedy for the first code that has one; `consent` is where an administrator consents.
pub(crate) fn remedy(codes: &[u64], consent: &str) -> Option<String> {
    let (_, remedy) = REMEDIES
        .iter()
        .find(|(known, _)| known.iter().any(|code| codes.contains(code)))?;
    Some(remedy.replace("{consent}", consent))
}

const REMEDIES: [(&[u64], &str); 34] = [
    (
        &[7000215],
        "paste the secret's Value, not its Secret ID; check client_id, and that no quote or line end came along",
    ),
    (
        &[7000222],
        "the secret has expired: create a new one (or move to a certificate) and update parameters.json",
    ),
    (
        &[7000216, 7000218],
        "no secret was received: fill in `secret`",
    ),
    (
        &[700016],
        "check client_id and the tenant in `authority`; if both are right, the application is not installed there: {consent}",
    ),
    (
        &[7000229],
        "the application has no service principal in this tenant: an administrator opens {consent}",
    ),
    (
        &[7000112],
        "the application is disabled: enable sign-in of the enterprise application",
    ),
    (
        &[700025],
        "the application is registered as a public client: it needs a confidential registration",
    ),
    (
        &[700027],
        "upload this certificate to the application, and check that thumbprint and key belong to it",
    ),
    (
        &[700030],
        "the certificate's subject is not trusted for this application",
    ),
    (
        &[50012],
        "check the tenant in `authority`, that the certificate is registered, and this machine's clock",
    ),
    (
        &[50027],
        "the assertion names no certificate: give its thumbprint or the certificate",
    ),
    (
        &[50032],
        "the key is too small: use RSA with at least 2048 bits",
    ),
    (
        &[700024],
        "the assertion is outside its time: set this machine's clock (NTP); a federated token file must be written anew before its token expires",
    ),
    (
        &[70021, 700211, 700213, 7002137, 7002138],
        "issuer, subject (case counts) and audience of the federated credential must equal the token's",
    ),
    (
        &[700222, 700229],
        "this token cannot stand for a federated credential: use one of an external issuer",
    ),
    (
        &[90002],
        "the tenant in `authority` is misspelt, or in another cloud",
    ),
    (
        &[900023],
        "the tenant in `authority` is neither a domain name nor a guid",
    ),
    (&[50059, 50128], "put your tenant into `authority`"),
    (
        &[50194, 90130, 90124, 9001023],
        "put your tenant's id into `authority` instead of common",
    ),
    (
        &[50049],
        "the host of `authority` is unknown to Entra: check its spelling",
    ),
    (
        &[90038, 900382, 900432],
        "the tenant is in another cloud: login.microsoftonline.us or login.partner.microsoftonline.cn, and the Graph host that goes with it",
    ),
    (
        &[70011],
        "an application's scope must be https://graph.microsoft.com/.default",
    ),
    (
        &[1002012],
        "the scope must end in /.default; single permissions are granted on the application",
    ),
    (
        &[700022],
        "name one resource only: one scope that ends in /.default",
    ),
    (
        &[500011],
        "the resource in `scope` is misspelt, or not installed in this tenant",
    ),
    (&[50001], "correct the resource in `scope`"),
    (&[65001, 90094], "an administrator must consent: {consent}"),
    (
        &[650052, 650057],
        "add the API permission to the application; check that the tenant has the service",
    ),
    (
        &[53003, 530032],
        "a Conditional Access policy blocks this: run from an allowed address, or have the policy changed",
    ),
    (
        &[50196],
        "the same token was requested too often: keep the token cache, and let all jobs use the same",
    ),
    (
        &[90055, 90033, 90006, 90024, 90012],
        "a passing fault of Entra's: try again later",
    ),
    (
        &[100007],
        "the regional endpoint is not for this application: take the region out of `authority`",
    ),
    (
        &[1002016],
        "use TLS 1.2 or later: something in between lowers it",
    ),
    (&[901002], "send `scope`, not a resource"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_has_two_remedies() {
        let mut codes: Vec<_> = REMEDIES.iter().flat_map(|(codes, _)| *codes).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }

    #[test]
    fn the_consent_url_stands_where_it_is_the_cure() {
        let remedy = remedy(&[1, 65001], "https://consent").unwrap();
        assert_eq!(remedy, "an administrator must consent: https://consent");
    }
}
