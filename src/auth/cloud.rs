//! Microsoft's clouds, as data.

/// A cloud: its login hosts, and the roots of its Graph, the usual one first
/// (learn.microsoft.com/graph/deployments). Tokens of one are worth nothing in another.
#[derive(Debug)]
pub(super) struct Cloud {
    login: &'static [&'static str],
    pub(super) graph: &'static [&'static str],
}

/// The cloud of all who are in no other.
pub(super) const WORLDWIDE: Cloud = Cloud {
    login: &[
        "login.microsoftonline.com",
        "login.microsoft.com",
        "login.windows.net",
        "sts.windows.net",
    ],
    graph: &["graph.microsoft.com"],
};

const CLOUDS: [Cloud; 6] = [
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
    Cloud {
        login: &["login-us.microsoftonline.com"],
        graph: &[],
    },
    Cloud {
        login: &[
            "login.sovcloud-identity.fr",
            "login.sovcloud-identity.de",
            "login.sovcloud-identity.sg",
        ],
        graph: &[],
    },
];

/// The known Graph host of which `host` is one, spelled as Microsoft does.
pub(crate) fn known_graph(host: &str) -> Option<&'static str> {
    CLOUDS
        .iter()
        .flat_map(|cloud| cloud.graph)
        .find(|known| **known == host)
        .copied()
}

/// Whether a host is one of Microsoft's login hosts.
pub(crate) fn is_login_host(host: &str) -> bool {
    CLOUDS.iter().any(|cloud| cloud.login.contains(&host))
}

/// All login hosts that are known.
pub(super) fn login_hosts() -> impl Iterator<Item = &'static str> {
    CLOUDS.iter().flat_map(|cloud| cloud.login).copied()
}

/// The cloud that has this login host.
pub(super) fn cloud_of(host: &str) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| cloud.login.contains(&host))
}
