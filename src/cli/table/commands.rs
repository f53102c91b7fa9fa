//! All commands, and the options that one of them has for itself.

use crate::cli::table::Section::{Auth, Output, Request, Tuning};
use crate::cli::table::options::{
    AUTHORITY, CALLS, CLIENT_ID, CREDENTIAL, IDENTITY, MAX_TIME, MESSAGES, NETWORK, PARAMETERS,
    PREVIEWS, QUERIES, TENANT, TOKEN_CACHE,
};
use crate::cli::table::{Command, Opt, opt};

const MAX_ITEM: Opt = opt(
    Tuning,
    "--max-item",
    "BYTES",
    "refuse an item longer than this (16M)",
);
const OUTPUT_FILE: Opt = opt(
    Output,
    "--output-file",
    "FILE",
    "write to FILE, replaced only when all is there",
)
.short('O');
const JSON: Opt = opt(Output, "--json", "", "one JSON object a line");

/// In the order of the help.
pub(crate) static COMMANDS: &[Command] = &[
    Command {
        name: "get",
        about: "Read what is at PATH and follow every page",
        usage: "[PATH]",
        operands: &[(
            "PATH",
            "users, groups/ID, beta/users or a full URL; default: the endpoint in the file",
        )],
        examples: &[
            "mgd get users --select id,mail -o tsv --limit 10",
            "mgd get users --filter \"startsWith(mail,'a')\" | jq -r '.value[].id'",
            "mgd get 'users/$count'",
        ],
        notes: &[],
        own: &[
            opt(
                Output,
                "--output",
                "FORMAT",
                "json (default), jsonl, tsv (with --select), raw",
            )
            .short('o'),
            OUTPUT_FILE,
            opt(Output, "--limit", "N", "end after N items"),
            opt(Output, "--first-page", "", "end after the first page"),
            opt(
                Output,
                "--resume",
                "LINK",
                "go on with a listing that broke off",
            ),
            opt(
                Output,
                "--skip",
                "K:HASH",
                "items of that page that were written",
            ),
            opt(
                Tuning,
                "--no-prefetch",
                "",
                "request each page when the one before has ended",
            ),
            MAX_ITEM,
        ],
        groups: QUERIES | CALLS | PREVIEWS | IDENTITY | NETWORK | MESSAGES,
    },
    Command {
        name: "request",
        about: "Send one request of any method",
        usage: "[METHOD] PATH",
        operands: &[
            ("METHOD", "default: GET, or POST when there is a body"),
            ("PATH", "as for get; no further page is read"),
        ],
        examples: &[
            "mgd request PATCH users/ID -f jobTitle=Engineer",
            "mgd request POST 'groups/ID/members/$ref' --body @member.json",
            "mgd request DELETE users/ID --if-match 'W/\"…\"'",
        ],
        notes: &[],
        own: &[
            opt(
                Request,
                "--body",
                "JSON",
                "the body: JSON, @FILE, or - for stdin",
            ),
            opt(
                Request,
                "--field",
                "KEY=VALUE",
                "a JSON member: 7, true, null, @FILE; a[b]=, a[]=",
            )
            .short('F')
            .repeated(),
            opt(
                Request,
                "--raw-field",
                "KEY=VALUE",
                "the same, always as a string",
            )
            .short('f')
            .repeated(),
            opt(
                Request,
                "--if-match",
                "ETAG",
                "only if the object still has this ETag",
            ),
            opt(
                Output,
                "--include",
                "",
                "write status and headers before the body",
            )
            .short('i'),
            OUTPUT_FILE,
        ],
        groups: QUERIES | CALLS | PREVIEWS | IDENTITY | NETWORK | MESSAGES,
    },
    Command {
        name: "batch",
        about: "Send many requests, 20 at a time",
        usage: "[FILE]",
        operands: &[(
            "FILE",
            "a line is a path, METHOD PATH, or an object with url, method, body, headers, id and dependsOn; default: stdin",
        )],
        examples: &[
            "mgd get users -o jsonl | jq -r '\"users/\\(.id)/manager\"' | mgd batch",
            "mgd batch requests.jsonl --unordered > responses.jsonl",
            "echo 'DELETE users/ID' | mgd batch",
        ],
        notes: &["Exit code 1: some requests failed; their status is in the output."],
        own: &[
            OUTPUT_FILE,
            opt(
                Output,
                "--unordered",
                "",
                "write responses as they come, not in order",
            ),
            opt(
                Request,
                "--follow",
                "",
                "fetch the content that a 302 response points to",
            ),
            opt(Tuning, "--jobs", "N", "batches under way at a time (2)"),
            MAX_ITEM,
        ],
        groups: CALLS | IDENTITY | NETWORK | MESSAGES,
    },
    Command {
        name: "delta",
        about: "Write what has changed since the last run, one item a line",
        usage: "PATH --state FILE",
        operands: &[("PATH", "a path that ends in /delta, with its query")],
        examples: &[
            "mgd delta 'users/delta?$select=mail' --state users.state >> users.jsonl",
            "mgd delta groups/delta --state groups.state --from-now",
            "mgd delta users/delta --state users.state --watch 300 >> users.jsonl",
        ],
        notes: &[
            "Each change is written at least once. {\"@mgd.reset\":true}: everything follows",
            "from the start, and what does not come again is deleted.",
            "A second process with the same state ends at once with exit code 4.",
        ],
        own: &[
            opt(
                Output,
                "--state",
                "FILE",
                "file that keeps the position; if new: everything",
            ),
            opt(
                Output,
                "--state-out",
                "FILE",
                "write the new position here instead",
            ),
            opt(
                Output,
                "--from-now",
                "",
                "begin with what changes from now on",
            ),
            opt(
                Output,
                "--watch",
                "SECONDS",
                "ask again after each round, until a signal",
            ),
            MAX_ITEM,
        ],
        groups: CALLS | IDENTITY | NETWORK | MESSAGES,
    },
    Command {
        name: "download",
        about: "Write the content at PATH to a file, resuming what broke off",
        usage: "PATH -O FILE",
        operands: &[(
            "PATH",
            "a drive item (drives/ID/root:/folder/name, drives/ID/items/ID) or other content",
        )],
        examples: &[
            "mgd download drives/ID/root:/reports/may.xlsx -O may.xlsx",
            "mgd download \"reports/getOffice365ActiveUserDetail(period='D7')\" -O users.csv",
            "mgd download 'users/ID/photo/$value' -O - > photo.jpg",
        ],
        notes: &["FILE.part and FILE.part.json are beside FILE until it is whole."],
        own: &[
            OUTPUT_FILE,
            opt(
                Output,
                "--no-verify",
                "",
                "do not compare with size and hash of the item",
            ),
        ],
        groups: CALLS | IDENTITY | NETWORK | MESSAGES,
    },
    Command {
        name: "upload",
        about: "Store FILE in a drive, resuming what broke off",
        usage: "FILE PATH",
        operands: &[(
            "PATH",
            "drives/ID/root:/folder/name, or an item to replace: drives/ID/items/ID",
        )],
        examples: &[
            "mgd upload may.xlsx drives/ID/root:/reports/may.xlsx",
            "mgd upload may.xlsx drives/ID/items/ID",
            "mgd upload backup.tgz drives/ID/root:/backup.tgz --conflict replace",
        ],
        notes: &["Above 4 MiB an upload session is used and kept beside the token cache."],
        own: &[
            opt(
                Request,
                "--conflict",
                "ACTION",
                "name is taken: fail (default), replace, rename",
            ),
            opt(
                Tuning,
                "--slice",
                "BYTES",
                "bytes of a slice, a multiple of 320K (10M)",
            ),
        ],
        groups: CALLS | IDENTITY | NETWORK | MESSAGES,
    },
    Command {
        name: "token",
        about: "Print the access token, for other programs",
        usage: "",
        operands: &[],
        examples: &[
            "mgd token --header | curl -H @- https://graph.microsoft.com/v1.0/users",
            "mgd token --json | jq .expiresOn",
            "mgd token --scope https://vault.azure.net/.default",
        ],
        notes: &["It comes from the cache while it is good."],
        own: &[
            opt(
                Output,
                "--json",
                "",
                "one object, as of az account get-access-token",
            ),
            opt(
                Output,
                "--header",
                "",
                "the whole header: Authorization: Bearer …",
            ),
            opt(
                Request,
                "--force-refresh",
                "",
                "request a new one, whatever is in the cache",
            ),
        ],
        groups: IDENTITY | NETWORK | MESSAGES,
    },
    Command {
        name: "check",
        about: "Say what works and what does not, with the remedy",
        usage: "",
        operands: &[],
        examples: &[
            "mgd parameters.json check",
            "mgd check --tenant ID --client-id ID --secret-file secret",
            "mgd check --json | jq 'select(.result == \"fail\")'",
        ],
        notes: &["It always requests a new token; the exit code is that of the first failure."],
        own: &[JSON],
        groups: IDENTITY | NETWORK | MESSAGES,
    },
    Command {
        name: "init",
        about: "Write a parameters file and say what comes next",
        usage: "[FILE]",
        operands: &[("FILE", "the file to write; default: parameters.json")],
        examples: &[
            "mgd init",
            "mgd init --tenant ID --client-id ID --secret-file secret",
            "mgd init app.json --tenant ID --client-id ID --certificate-file mgd.pem",
            "mgd init --auth managed-identity",
        ],
        notes: &[
            "On a terminal it asks for what is not given; a secret is not shown. The file is",
            "readable by its owner alone; one that exists is never replaced.",
        ],
        own: &[opt(
            Auth,
            "--token-file",
            "FILE",
            "file that holds the federated token",
        )],
        groups: PARAMETERS | TENANT | CLIENT_ID | AUTHORITY | CREDENTIAL | MESSAGES,
    },
    Command {
        name: "consent-url",
        about: "Print the address where an administrator consents",
        usage: "",
        operands: &[],
        examples: &[
            "mgd parameters.json consent-url",
            "mgd consent-url --tenant ID --client-id ID",
        ],
        notes: &[],
        own: &[],
        groups: PARAMETERS | TENANT | CLIENT_ID | AUTHORITY | MESSAGES,
    },
    Command {
        name: "cache",
        about: "Show or clear the token cache",
        usage: "list|clear",
        operands: &[],
        examples: &["mgd cache list", "mgd cache clear --client-id ID"],
        notes: &[],
        own: &[],
        groups: 0,
    },
    Command {
        name: "cache list",
        about: "List the tokens in the cache, never their content",
        usage: "",
        operands: &[],
        examples: &["mgd cache list", "mgd cache list --json | jq .expires_on"],
        notes: &["Columns, separated by tabs: client, tenant, scope, expiry (UTC), login host."],
        own: &[JSON],
        groups: PARAMETERS | TENANT | CLIENT_ID | TOKEN_CACHE | MESSAGES,
    },
    Command {
        name: "cache clear",
        about: "Remove tokens from the cache",
        usage: "",
        operands: &[],
        examples: &[
            "mgd cache clear",
            "mgd parameters.json cache clear",
            "mgd cache clear --tenant ID",
        ],
        notes: &["With --client-id or --tenant, only those of one application or tenant."],
        own: &[],
        groups: PARAMETERS | TENANT | CLIENT_ID | TOKEN_CACHE | MAX_TIME | MESSAGES,
    },
    Command {
        name: "completion",
        about: "Print the completion script of a shell",
        usage: "bash|zsh|fish",
        operands: &[],
        examples: &[
            "mgd completion bash > ~/.local/share/bash-completion/completions/mgd",
            "mgd completion zsh > \"${fpath[1]}/_mgd\"",
            "mgd completion fish > ~/.config/fish/completions/mgd.fish",
        ],
        notes: &[],
        own: &[],
        groups: 0,
    },
    Command {
        name: "help",
        about: "Explain a command or a topic",
        usage: "[COMMAND|TOPIC]",
        operands: &[("TOPIC", "auth, tuning, exit-codes or environment")],
        examples: &["mgd help get", "mgd help exit-codes"],
        notes: &[],
        own: &[],
        groups: 0,
    },
    Command {
        name: "version",
        about: "Print the version",
        usage: "",
        operands: &[],
        examples: &["mgd --version"],
        notes: &[],
        own: &[],
        groups: 0,
    },
];
