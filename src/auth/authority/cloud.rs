//! Microsoft's clouds, as data.

use crate::http::Url;

/// A cloud: its login hosts, and the roots of its Graph, the usual one first
/// (learn.microsoft.com/graph/deployments; those of the partners' clouds as Get-MgEnvironment of
/// Graph PowerShell lists them). Tokens of one are worth nothing in another.
#[derive(Debug)]
pub(crate) struct Cloud {
    login: &'static [&'static str],
    pub(crate) graph: &'static [&'static str],
}

/// The cloud of all who are in no other.
pub(crate) const WORLDWIDE: Cloud = Cloud {
    login: &[
        "login.microsoftonline.com",
        "login.microsoft.com",
        "login.windows.net",
        "sts.windows.net",
    ],
    graph: &["graph.microsoft.com"],
};

const CLOUDS: [Cloud; 8] = [
    WORLDWIDE,
    Cloud {
        login: &["login.microsoftonline.us", "login.usgovcloudapi.net"],
        graph: &["graph.microsoft.us", "dod-graph.microsoft.us"],
    },
    Cloud {
        login: &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        graph: &["microsoftgraph.chinacloudapi.cn"],
    },
    Cloud {
        login: &["login.microsoftonline.de"],
        graph: &["graph.microsoft.de"],
    },
    // An older host of the US government, whose tenants were in the worldwide cloud too.
    Cloud {
        login: &["login-us.microsoftonline.com"],
        graph: &["graph.microsoft.us", "graph.microsoft.com"],
    },
    Cloud {
        login: &["login.sovcloud-identity.fr"],
        graph: &["graph.svc.sovcloud.fr"],
    },
    Cloud {
        login: &["login.sovcloud-identity.de"],
        graph: &["graph.svc.sovcloud.de"],
    },
    Cloud {
        login: &["login.sovcloud-identity.sg"],
        graph: &["graph.svc.sovcloud.sg"],
    },
];

/// Graph in every cloud, by its application id.
const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";

/// The known Graph host of which `host` is one, spelled as Microsoft does.
pub(crate) fn known_graph(host: &str) -> Option<&'static str> {
    graph_hosts().find(|known| *known == host)
}

/// All Graph hosts that are known.
pub(crate) fn graph_hosts() -> impl Iterator<Item = &'static str> {
    CLOUDS.iter().flat_map(|cloud| cloud.graph).copied()
}

/// Whether a token for these scopes is one for Graph: its resource is a known Graph host or Graph's
/// id, or none is named, which means Graph
/// (learn.microsoft.com/entra/identity-platform/scopes-oidc#the-default-scope).
pub(crate) fn is_for_graph(scopes: &str) -> bool {
    scopes.split_whitespace().any(|scope| {
        let resource = scope.rsplit_once('/').map_or("", |(resource, _)| resource);
        let id = resource.trim_end_matches('/').rsplit('/').next();
        match Url::parse(scope) {
            Ok(url) => known_graph(url.host()).is_some(),
            Err(_) => resource.is_empty() || id.is_some_and(|id| id.eq_ignore_ascii_case(GRAPH_ID)),
        }
    })
}

/// Whether a host may have a token for Graph: a known Graph host, or one of this machine.
pub(crate) fn may_have_graph_token(root: &Url) -> bool {
    known_graph(root.host()).is_some() || root.origin().is_loopback()
}

/// Whether a host is one of Microsoft's login hosts.
pub(crate) fn is_login_host(host: &str) -> bool {
    CLOUDS.iter().any(|cloud| cloud.login.contains(&host))
}

/// All login hosts that are known.
pub(crate) fn login_hosts() -> impl Iterator<Item = &'static str> {
    CLOUDS.iter().flat_map(|cloud| cloud.login).copied()
}

/// The cloud that has this login host.
pub(crate) fn cloud_of(host: &str) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| cloud.login.contains(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_has_its_graph() {
        for cloud in &CLOUDS {
            assert!(!cloud.graph.is_empty(), "{:?}", cloud.login);
        }
    }

    #[test]
    fn a_token_for_graph_is_known_by_its_scope() {
        for scope in [
            "https://graph.microsoft.com/.default",
            "https://GRAPH.microsoft.com//.default",
            "https://dod-graph.microsoft.us/.default",
            "00000003-0000-0000-C000-000000000000/.default",
            "api://00000003-0000-0000-c000-000000000000/.default",
            "api://contoso/.default https://graph.svc.sovcloud.fr/.default",
            "User.Read.All",
            "/.default",
        ] {
            assert!(is_for_graph(scope), "{scope}");
        }
        for scope in [
            "",
            "api://contoso/.default",
            "https://graph.contoso.com/.default",
            "https://management.azure.com/.default",
            "6f9a3c1e-0d5b-4e7f-9a61-2b8c4d7e1f30/.default",
        ] {
            assert!(!is_for_graph(scope), "{scope}");
        }
    }
}
