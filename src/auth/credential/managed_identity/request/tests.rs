use super::*;

#[test]
fn a_resource_is_the_only_scope_without_its_default() {
    let graph = resource("https://graph.microsoft.com/.default");
    assert_eq!(graph.unwrap(), "https://graph.microsoft.com");
    let slash = resource("https://management.azure.com//.default");
    assert_eq!(slash.unwrap(), "https://management.azure.com/");
    for bad in [
        "",
        "a/.default b/.default",
        "/.default",
        "https://graph.microsoft.com/User.Read.All",
    ] {
        let error = resource(bad).unwrap_err();
        assert!(matches!(error, Error::Parameters(_)), "{bad}");
    }
}

fn source(kind: Kind) -> Source {
    let endpoint = Url::parse_near("http://169.254.169.254/t").unwrap();
    Source {
        kind,
        endpoint,
        variable: "A",
    }
}

/// A question as it goes over the wire, but for what HTTP adds.
fn asked(source: &Source, selector: &Selector) -> String {
    let question = match source.question(selector, "https://graph.microsoft.com") {
        Ok(question) => question,
        Err(error) => return error.to_string(),
    };
    let mut text = question.url.as_str().to_owned();
    for (name, value) in &question.headers {
        text.push_str(&format!(" {name}={value}"));
    }
    if let Some((name, value)) = question.proof.as_ref().map(Proof::header) {
        text.push_str(&format!(" {name}={}", value.expose()));
    }
    if let Some(form) = &question.form {
        text.push_str(&format!(" POST {}", form.expose()));
    }
    text
}

fn selectors() -> [Selector; 4] {
    [
        Selector::System,
        Selector::ClientId("c".to_owned()),
        Selector::ObjectId("o".to_owned()),
        Selector::ResourceId("/r s".to_owned()),
    ]
}

const RESOURCE: &str = "resource=https%3A%2F%2Fgraph.microsoft.com";

#[track_caller]
fn check(source: &Source, version: &str, ids: [&str; 4], headers: &str) {
    for (selector, id) in selectors().iter().zip(ids) {
        let expected =
            format!("http://169.254.169.254/t?api-version={version}&{RESOURCE}{id}{headers}");
        assert_eq!(asked(source, selector), expected);
    }
}

#[test]
fn imds_and_arc_are_asked_for_each_kind_of_id() {
    let ids = ["", "&client_id=c", "&object_id=o", "&msi_res_id=%2Fr+s"];
    let version = env!("CARGO_PKG_VERSION");
    let headers = format!(" metadata=true x-client-sku=mgd x-client-ver={version}");
    check(&source(Kind::Imds), "2018-02-01", ids, &headers);
    let tokens = "/var/opt/azcmagent/tokens".into();
    let arc = source(Kind::Arc { tokens });
    check(&arc, "2020-06-01", ids, " metadata=true");
}

#[test]
fn app_service_is_shown_its_header() {
    let header = Secret::new("h");
    check(
        &source(Kind::AppService { header }),
        "2019-08-01",
        ["", "&client_id=c", "&object_id=o", "&mi_res_id=%2Fr+s"],
        " metadata=true x-identity-header=h",
    );
}

#[test]
fn azure_ml_is_asked_by_client_id_or_for_its_default() {
    let ml = |default: Option<&str>| {
        source(Kind::MachineLearning {
            secret: Secret::new("s"),
            default_client_id: default.map(str::to_owned),
        })
    };
    let expected = |id: &str| {
        format!("http://169.254.169.254/t?api-version=2017-09-01&{RESOURCE}{id} secret=s")
    };
    let [system, client, object, resource] = selectors();
    assert_eq!(asked(&ml(None), &system), expected(""));
    assert_eq!(asked(&ml(Some("d")), &system), expected("&clientid=d"));
    assert_eq!(asked(&ml(Some("d")), &client), expected("&clientid=c"));
    for selector in [object, resource] {
        let refusal = "selects an identity by its client id only";
        assert_eq!(asked(&ml(None), &selector), refusal);
    }
}

#[test]
fn cloud_shell_is_posted_a_form_and_selects_nothing() {
    let shell = source(Kind::CloudShell);
    let [system, others @ ..] = selectors();
    assert_eq!(
        asked(&shell, &system),
        format!("http://169.254.169.254/t metadata=true POST {RESOURCE}")
    );
    for selector in others {
        let refusal = "has one identity, and none can be selected";
        assert_eq!(asked(&shell, &selector), refusal);
    }
}
