use super::*;

fn reply(status: u16, body: &str) -> EndpointResponse {
    EndpointResponse {
        status,
        retry_after: None,
        challenges: Vec::new(),
        client_request_id: "id".to_owned(),
        body: Zeroizing::new(body.as_bytes().to_vec()),
        redactor: Redactor::new(),
    }
}

fn refused(status: u16, body: &str) -> Error {
    let reply = reply(status, body);
    reply.redactor.add(&Secret::new("canary-header"));
    refusal(&reply, &Selector::System)
}

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn lives(body: &str) -> (u64, Option<u64>) {
    let token = token(&reply(200, body), "https://r", NOW).unwrap();
    assert_eq!(token.target, "https://r");
    let seconds = |moment: SystemTime| moment.duration_since(NOW).unwrap().as_secs();
    (seconds(token.expires_on), token.refresh_on.map(seconds))
}

#[test]
fn a_long_lived_token_is_replaced_at_half_its_life() {
    let imds =
        r#"{"access_token":"t","expires_in":"86399","expires_on":"1","token_type":"Bearer"}"#;
    assert_eq!(lives(imds), (86399, Some(43199)));
    let app_service = r#"{"access_token":"t","expires_on":"7200","token_type":"Bearer"}"#;
    assert_eq!(lives(app_service), (7200, Some(3600)));
    assert_eq!(
        lives(r#"{"access_token":"t","expires_in":7199}"#),
        (7199, None)
    );
    let told = r#"{"access_token":"t","expires_in":9000,"refresh_in":"100"}"#;
    assert_eq!(lives(told), (9000, Some(100)));
}

#[test]
fn a_token_that_has_expired_is_not_fresh() {
    let now = NOW + Duration::from_secs(100_000);
    let body = r#"{"access_token":"t","expires_on":"99999"}"#;
    assert!(!token(&reply(200, body), "r", now).unwrap().is_fresh_at(now));
}

#[test]
fn an_answer_without_a_token_is_a_fault_of_the_service() {
    let fault = |body: &str| {
        let error = token(&reply(200, body), "r", NOW).unwrap_err();
        assert!(matches!(error, Error::Protocol(_)), "{body}");
        error.to_string()
    };
    assert_eq!(fault(""), "HTTP 200 with an empty body");
    assert_eq!(
        fault(" <html>sign in</html>"),
        "HTTP 200 with another body: <html>sign in</html>"
    );
    assert!(!fault(r#"{"access_token":"canary""#).contains("canary"));
    assert!(!fault(r#"["canary"]"#).contains("canary"));
}

#[test]
fn an_identity_that_is_not_assigned_is_told_with_its_remedy() {
    for body in [
        r#"{"error":"invalid_request","error_description":"Identity not found"}"#,
        r#"{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."}"#,
    ] {
        let error = refused(400, body);
        assert!(matches!(error, Error::Token(_)));
        let hint = error.report().hint.as_deref().unwrap();
        assert!(hint.starts_with("assign a system-assigned identity"));
        assert_eq!(error.report().status, Some(400));
    }
    let user = Selector::ClientId("c".to_owned());
    let body = r#"{"error":"invalid_request","error_description":"Identity not found"}"#;
    let error = refusal(&reply(400, body), &user);
    assert_eq!(error.to_string(), "invalid_request: Identity not found");
    assert_eq!(error.report().code.as_deref(), Some("invalid_request"));
    let hint = error.report().hint.as_deref().unwrap();
    assert!(hint.starts_with("assign this identity"));
}

#[test]
fn refusals_are_read_in_the_shape_of_each_platform() {
    let text = |body: &str| refused(400, body).to_string();
    assert_eq!(
        text(r#"{"error":{"code":"UserError","message":"Invalid clientid"}}"#),
        "UserError: Invalid clientid"
    );
    assert_eq!(text(r#"{"statusCode":500,"message":"boom"}"#), "boom");
    assert_eq!(
        text(r#"{"error":"unauthorized_client"}"#),
        "unauthorized_client"
    );
    let hint = refused(400, r#"{"error":"invalid_resource"}"#);
    assert!(hint.report().hint.as_deref().unwrap().contains("`scope`"));
}

#[test]
fn faults_are_sorted_by_who_must_act() {
    let json = r#"{"error":"x"}"#;
    for status in [404, 408, 410, 429, 500, 503] {
        for body in ["", "<html>", json] {
            let error = refused(status, body);
            assert!(matches!(error, Error::Unavailable(_)), "{status} {body}");
        }
    }
    for status in [204, 302, 400, 401, 403] {
        let error = refused(status, "<html>no</html>");
        assert!(matches!(error, Error::Protocol(_)), "{status}");
        let expected = format!("HTTP {status} with another body: <html>no</html>");
        assert_eq!(error.to_string(), expected);
    }
    assert!(matches!(refused(302, json), Error::Protocol(_)));
    assert!(matches!(refused(401, json), Error::Token(_)));
    let docker = "connecting to 169.254.169.254:80: host is unreachable";
    assert!(matches!(refused(403, docker), Error::Unavailable(_)));
}

#[test]
fn what_was_sent_is_not_quoted() {
    let echo = format!(
        "<pre>{}x-identity-header: canary-header</pre>",
        " ".repeat(390)
    );
    let json = r#"{"error":"bad","error_description":"header canary-header"}"#;
    for body in [echo.as_str(), json] {
        let error = refused(400, body);
        assert!(!format!("{error} {error:?}").contains("cana"), "{body}");
    }
}

#[test]
fn a_code_is_quoted_with_the_same_care() {
    let error = refused(400, r#"{"error":"canary-header\u001b[31m"}"#);
    assert_eq!(
        error.report().code.as_deref(),
        Some("[redacted]\\u{1b}[31m")
    );
}
