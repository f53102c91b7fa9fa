//! Where the cache is.

use std::path::Path;

use serde_json::Value;

use super::whole;
use crate::support::Mgd;
use crate::tenant::Tenant;

const NAME: &str = "msal_token_cache.json";

/// All files below a folder, as paths from there.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy();
                found.push(name.into_owned());
            }
        }
    }
    found.sort();
    found
}

/// The folders and the value of `token_cache`; where `{}` stands for the scratch folder.
struct Case {
    variables: &'static [(&'static str, &'static str)],
    parameter: Option<&'static str>,
    arguments: &'static [&'static str],
    /// Where the cache must be; `None` is nowhere.
    place: Option<&'static str>,
}

fn check(case: &Case) {
    let tenant = Tenant::start();
    let mut mgd = Mgd::without_files();
    tenant.write_files(&mgd.scratch.path("etc"));
    std::fs::rename(
        mgd.scratch.path("etc/parameters.json"),
        mgd.scratch.path("parameters.json"),
    )
    .unwrap();
    let folder = mgd.folder().display().to_string();
    let fill = |text: &str| text.replace("{}", &folder);
    mgd.edit(|parameters| {
        parameters["ca_file"] = fill("{}/etc/ca.pem").into();
        parameters["token_cache"] = case.parameter.map_or(Value::Null, |text| fill(text).into());
    });
    std::fs::rename(
        mgd.scratch.path("parameters.json"),
        mgd.scratch.path("etc/parameters.json"),
    )
    .unwrap();
    std::fs::create_dir(mgd.scratch.path("folder")).unwrap();
    for (name, value) in case.variables {
        mgd = mgd.env(name, fill(value));
    }
    let mut arguments = vec!["etc/parameters.json".to_owned()];
    arguments.extend(case.arguments.iter().map(|text| fill(text)));
    for _ in 0..2 {
        whole(&mgd.run(&arguments), &tenant, "");
    }
    let mut expected = vec!["etc/ca.pem".to_owned(), "etc/parameters.json".to_owned()];
    if let Some(place) = case.place {
        expected.extend([place.to_owned(), format!("{place}.lock")]);
    }
    expected.sort();
    assert_eq!(files(mgd.folder()), expected);
    assert_eq!(
        tenant.token_posts(),
        if case.place.is_some() { 1 } else { 2 }
    );
}

const ALL: [(&str, &str); 4] = [
    ("MGD_TOKEN_CACHE", "{}/variable/t.json"),
    ("CACHE_DIRECTORY", "{}/systemd:{}/second"),
    ("XDG_CACHE_HOME", "{}/xdg"),
    ("HOME", "{}/home"),
];

#[test]
fn the_nearest_place_wins() {
    let cases = [
        (
            &ALL[..],
            Some("parameter/t.json"),
            &["--token-cache", "flag/t.json"][..],
            "flag/t.json",
        ),
        // On the folder of the parameters file, not on the current one.
        (
            &ALL[..],
            Some("parameter/t.json"),
            &[],
            "etc/parameter/t.json",
        ),
        (&ALL[..], Some("{}/absolute/t.json"), &[], "absolute/t.json"),
        (&ALL[..], None, &[], "variable/t.json"),
        (&ALL[1..], None, &[], "systemd/msal_token_cache.json"),
        (&ALL[2..], None, &[], "xdg/mgd/msal_token_cache.json"),
        (
            &ALL[3..],
            None,
            &[],
            "home/.cache/mgd/msal_token_cache.json",
        ),
    ];
    for (variables, parameter, arguments, place) in cases {
        check(&Case {
            variables,
            parameter,
            arguments,
            place: Some(place),
        });
    }
}

#[test]
fn a_folder_that_exists_gets_a_file_of_the_usual_name() {
    let place = Some("folder/msal_token_cache.json");
    check(&Case {
        variables: &[],
        parameter: None,
        arguments: &["--token-cache=folder"],
        place,
    });
    check(&Case {
        variables: &[],
        parameter: Some("{}/folder"),
        arguments: &[],
        place,
    });
}

#[test]
fn a_relative_folder_of_a_variable_does_not_count() {
    let variables = &[
        ("XDG_CACHE_HOME", "xdg"),
        ("CACHE_DIRECTORY", ""),
        ("HOME", "{}/home"),
    ];
    let place = Some("home/.cache/mgd/msal_token_cache.json");
    check(&Case {
        variables,
        parameter: None,
        arguments: &[],
        place,
    });
}

#[test]
fn none_turns_the_cache_off() {
    let off = [
        (
            &ALL[..],
            Some("parameter/t.json"),
            &["--token-cache", "none"][..],
        ),
        (&ALL[..], Some("none"), &[]),
        (
            &[("MGD_TOKEN_CACHE", "none"), ("XDG_CACHE_HOME", "{}/xdg")],
            None,
            &[],
        ),
    ];
    for (variables, parameter, arguments) in off {
        check(&Case {
            variables,
            parameter,
            arguments,
            place: None,
        });
    }
}

#[test]
fn without_a_home_tokens_are_in_memory_only_and_nothing_is_said() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["token_cache"] = Value::Null);
    for _ in 0..2 {
        let output = mgd
            .command(["parameters.json"])
            .env_remove("HOME")
            .output()
            .unwrap();
        whole(&output.into(), &tenant, "");
    }
    assert_eq!(tenant.token_posts(), 2);
    assert_eq!(mgd.scratch.names(), ["ca.pem", "parameters.json"]);
    assert!(!Path::new(NAME).exists());
}
