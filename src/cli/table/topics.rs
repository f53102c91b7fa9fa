//! What `mgd help` says at first, and what it says of each topic.

use crate::cli::table::Section;

/// Something to read about, beside the commands.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) text: &'static str,
    /// The options that belong to it.
    pub(crate) section: Option<Section>,
}

pub(crate) const OVERVIEW: &str = "\
Microsoft Graph for daemons: proves an application's identity, follows every
page and writes JSON.

Usage: mgd [FILE.json] COMMAND [OPTIONS]
       mgd FILE.json            list the endpoint of a parameters file

Examples:
  mgd parameters.json check
  mgd parameters.json | jq '.value[].displayName'
  mgd get users --select id,mail -o tsv
";

pub(crate) static TOPICS: &[Topic] = &[
    Topic {
        name: "auth",
        about: "how the application proves its identity",
        section: Some(Section::Auth),
        text: "\
How the application proves its identity.

Options win over the parameters file, the file wins over the variables. The
file is named by an operand before the command, by -p, or by MGD_PARAMETERS.
With AZURE_TENANT_ID, AZURE_CLIENT_ID and one of the variables below, no file
is needed. A secret is never an option: everybody can read the arguments of a
process.

  secret            secret, secret_file; AZURE_CLIENT_SECRET
  certificate       certificate_file, private_key_file;
                    AZURE_CLIENT_CERTIFICATE_PATH
  federated token   federated_token_file; AZURE_FEDERATED_TOKEN_FILE
  managed identity  managed_identity; found by itself on Azure's machines

If two are given, --auth picks one; -v says which was used.
",
    },
    Topic {
        name: "tuning",
        about: "bounds and speed, rarely needed",
        section: Some(Section::Tuning),
        text: "\
Bounds and speed. The defaults fit almost always.

A connection may take 10 s, the first byte of a response 120 s; a body slower
than 1 kB/s for 30 s is given up. What may pass is retried with the wait that
Graph asks for. --max-time bounds the whole run.
",
    },
    Topic {
        name: "exit-codes",
        about: "what each exit code means, and who acts",
        section: None,
        text: "\
Exit codes, and who acts.

  0    all that was asked for was written
  1    Graph refused: 4xx but 401, 408 and 429; 501, 505, 507; a request of a
       batch failed (who grants permissions, or the caller)
  2    usage, parameters, credential or parameters file (the caller)
  3    the token was refused, or Graph still responds with 401 after a fresh
       one (who registered the application)
  4    no usable response in the time given: network, TLS, throttling, an
       unavailable service; a state in use (nobody: try again later)
  5    a response that cannot be right though it arrived whole (the service,
       or a proxy in between)
  6    this machine: output, state file, disk (its owner)
  130  SIGINT
  141  the reader of stdout left
  143  SIGTERM
",
    },
    Topic {
        name: "environment",
        about: "the variables that mgd reads",
        section: None,
        text: "\
The variables that mgd reads.

  MGD_PARAMETERS                 parameters file
  MGD_TOKEN_CACHE                token cache: a file, a folder, or none
  AZURE_TENANT_ID                tenant id or domain
  AZURE_CLIENT_ID                application (client) id
  AZURE_CLIENT_SECRET            client secret
  AZURE_CLIENT_CERTIFICATE_PATH  PEM file with certificate and private key
  AZURE_CLIENT_CERTIFICATE_PASSWORD, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN
  AZURE_FEDERATED_TOKEN_FILE     file with a federated token
  AZURE_AUTHORITY_HOST           login host, login.microsoftonline.com
  CACHE_DIRECTORY, XDG_CACHE_HOME, HOME
                                 where the token cache is, in this order
  CREDENTIALS_DIRECTORY          systemd's credentials, whose modes are its own
  https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY, no_proxy, NO_PROXY
                                 the proxy, by curl's rules
  SSL_CERT_FILE, SSL_CERT_DIR    certificates to trust
  IDENTITY_ENDPOINT, MSI_ENDPOINT, IMDS_ENDPOINT and others of Azure's
                                 managed identity
  ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN
                                 GitHub Actions, with --auth github
",
    },
];
