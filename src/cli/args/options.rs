//! The options that commands share, each declared once: argh cannot put one struct into another.

/// Declares a command that takes, besides the options of its own, some of those below by name:
/// `command! { … struct Name { own fields } with identity voice }`. Its method `setup` gives what
/// these say.
macro_rules! command {
    ($(#[$($meta:tt)*])* struct $name:ident { $($own:tt)* } with $($shared:ident)*) => {
        // `self` and `setup` go along: made anew by each step they would be other names.
        command! {
            @add { self setup { $(#[$($meta)*])* } $name } { $($own)* } {} [ $($shared)* ]
        }
    };

    // Each step is `@add state fields what-they-say rest`.
    (@add { $self:ident $setup:ident { $($meta:tt)* } $name:ident } $fields:tt { $($take:tt)* } []) => {
        #[derive(argh::ArgsInfo, Debug, argh::FromArgs)]
        $($meta)*
        pub(in crate::cli) struct $name $fields

        impl $name {
            pub(in crate::cli) fn setup(&$self) -> crate::cli::setup::Setup {
                let mut $setup = crate::cli::setup::Setup::default();
                $($take)*
                $setup
            }
        }
    };
    (@add $state:tt $fields:tt $take:tt [ identity $($rest:ident)* ]) => {
        command! {
            @add $state $fields $take
            [
                parameters tenant client_id authority secret_file certificate_file auth scope
                graph token_cache ca_file $($rest)*
            ]
        }
    };
    (@add $state:tt $fields:tt $take:tt [ network $($rest:ident)* ]) => {
        command! { @add $state $fields $take [ max_time retry_max_time $($rest)* ] }
    };
    (
        @add { $self:ident $setup:ident $meta:tt $name:ident }
        { $($fields:tt)* } { $($take:tt)* } [ voice $($rest:ident)* ]
    ) => {
        command! {
            @add { $self $setup $meta $name } {
                $($fields)*
                /// say on stderr what is done; twice, in more detail
                #[argh(switch, short = 'v')]
                pub(in crate::cli) verbose: u8,
                /// say nothing on stderr but errors
                #[argh(switch, short = 'q')]
                pub(in crate::cli) quiet: bool,
                /// json: everything on stderr as one JSON object a line
                #[argh(option, from_str_fn(crate::cli::args::values::errors))]
                pub(in crate::cli) errors: Option<crate::cli::args::values::Errors>,
            } {
                $($take)*
                $setup.voice.is_json =
                    matches!($self.errors, Some(crate::cli::args::values::Errors::Json));
                $setup.voice.is_quiet = $self.quiet;
                $setup.voice.verbosity = $self.verbose;
            } [ $($rest)* ]
        }
    };
    (
        @add { $self:ident $setup:ident $meta:tt $name:ident }
        { $($fields:tt)* } { $($take:tt)* } [ calls $($rest:ident)* ]
    ) => {
        command! {
            @add { $self $setup $meta $name } {
                $($fields)*
                /// send a header, as in 'Prefer: return=minimal', with every request
                #[argh(option, short = 'H', long = "header")]
                pub(in crate::cli) headers: Vec<String>,
                /// ask for this in the Prefer header, as in odata.maxpagesize=50
                #[argh(option)]
                pub(in crate::cli) prefer: Vec<String>,
                /// low, normal or high: who is throttled first
                #[argh(option, from_str_fn(crate::cli::args::values::priority))]
                pub(in crate::cli) throttle_priority: Option<&'static str>,
                /// use the beta version
                #[argh(switch)]
                pub(in crate::cli) beta: bool,
            } {
                $($take)*
                $setup.calls.headers.clone_from(&$self.headers);
                $setup.calls.prefer.clone_from(&$self.prefer);
                $setup.calls.throttle_priority = $self.throttle_priority;
                $setup.calls.is_beta = $self.beta;
            } [ $($rest)* ]
        }
    };
    (
        @add { $self:ident $setup:ident $meta:tt $name:ident }
        { $($fields:tt)* } { $($take:tt)* } [ queries $($rest:ident)* ]
    ) => {
        command! {
            @add { $self $setup $meta $name } {
                $($fields)*
                /// the properties wanted, as in id,displayName
                #[argh(option)]
                pub(in crate::cli) select: Option<String>,
                /// only what this holds for, as in \"startsWith(mail,'a')\"
                #[argh(option)]
                pub(in crate::cli) filter: Option<String>,
                /// only what is found by this, as in displayName:bo
                #[argh(option)]
                pub(in crate::cli) search: Option<String>,
                /// related objects to bring along, as in manager
                #[argh(option)]
                pub(in crate::cli) expand: Option<String>,
                /// the order, as in 'displayName desc'
                #[argh(option)]
                pub(in crate::cli) orderby: Option<String>,
                /// how many items Graph puts on a page; --limit is how many are written
                #[argh(option, from_str_fn(crate::cli::args::values::count))]
                pub(in crate::cli) top: Option<u64>,
                /// have all items counted, in @odata.count
                #[argh(switch)]
                pub(in crate::cli) count: bool,
                /// any other query option, as in '$skip=10'
                #[argh(option)]
                pub(in crate::cli) query: Vec<String>,
            } {
                $($take)*
                $setup.query = crate::graph::Query {
                    select: $self.select.clone(),
                    filter: $self.filter.clone(),
                    search: $self.search.clone(),
                    expand: $self.expand.clone(),
                    orderby: $self.orderby.clone(),
                    top: $self.top,
                    count: $self.count,
                    others: $self.query.clone(),
                };
            } [ $($rest)* ]
        }
    };
    (
        @add { $self:ident $setup:ident $meta:tt $name:ident }
        { $($fields:tt)* } { $($take:tt)* } [ previews $($rest:ident)* ]
    ) => {
        command! {
            @add { $self $setup $meta $name } {
                $($fields)*
                /// print the request instead of sending it
                #[argh(switch)]
                pub(in crate::cli) dry_run: bool,
                /// print a curl command that sends the request
                #[argh(switch)]
                pub(in crate::cli) curl: bool,
            } {
                $($take)*
                $setup.preview = crate::cli::setup::Preview::of($self.dry_run, $self.curl);
            } [ $($rest)* ]
        }
    };
    // The others can be left out, and are declared in `option`.
    (@add $state:tt $fields:tt $take:tt [ parameters $($rest:ident)* ]) => {
        command! { @take () parameters $state $fields $take [ $($rest)* ] }
    };
    (@add $state:tt $fields:tt $take:tt [ max_time $($rest:ident)* ]) => {
        command! { @take () max_time $state $fields $take [ $($rest)* ] }
    };
    (@add $state:tt $fields:tt $take:tt [ retry_max_time $($rest:ident)* ]) => {
        command! { @take () retry_max_time $state $fields $take [ $($rest)* ] }
    };
    (@add $state:tt $fields:tt $take:tt [ $flag:ident $($rest:ident)* ]) => {
        command! { @take (.flags) $flag $state $fields $take [ $($rest)* ] }
    };
    (
        @take ($($place:tt)*) $option:ident { $self:ident $setup:ident $meta:tt $name:ident }
        $fields:tt { $($take:tt)* } $rest:tt
    ) => {
        option! {
            $option { $self $setup $meta $name } $fields
            { $($take)* $setup $($place)* .$option.clone_from(&$self.$option); } $rest
        }
    };
}

/// Declares one option and goes on with the next.
macro_rules! option {
    (@field $state:tt { $($fields:tt)* } $take:tt $rest:tt $($field:tt)*) => {
        command! { @add $state { $($fields)* $($field)* } $take $rest }
    };
    (parameters $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// the parameters file
            #[argh(option, short = 'p')]
            pub(in crate::cli) parameters: Option<std::path::PathBuf>,
        }
    };
    (tenant $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// the tenant: a guid or a domain
            #[argh(option)]
            pub(in crate::cli) tenant: Option<String>,
        }
    };
    (client_id $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// the application (client) id
            #[argh(option)]
            pub(in crate::cli) client_id: Option<String>,
        }
    };
    (authority $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// the authority, as in `https://login.microsoftonline.com/TENANT`
            #[argh(option)]
            pub(in crate::cli) authority: Option<String>,
        }
    };
    (secret_file $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// a file that holds the client secret
            #[argh(option)]
            pub(in crate::cli) secret_file: Option<std::path::PathBuf>,
        }
    };
    (certificate_file $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// a PEM file with the certificate and its private key
            #[argh(option)]
            pub(in crate::cli) certificate_file: Option<std::path::PathBuf>,
        }
    };
    (auth $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// how to prove the identity: secret, certificate, federated, managed-identity, github
            #[argh(option, from_str_fn(crate::cli::args::values::auth))]
            pub(in crate::cli) auth: Option<crate::parameters::Auth>,
        }
    };
    (scope $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// the scope, as in `https://graph.microsoft.com/.default`
            #[argh(option)]
            pub(in crate::cli) scope: Option<String>,
        }
    };
    (graph $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// the root of Graph, as in `https://graph.microsoft.us`
            #[argh(option)]
            pub(in crate::cli) graph: Option<String>,
        }
    };
    (token_cache $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// where tokens are kept; none keeps them in memory
            #[argh(option)]
            pub(in crate::cli) token_cache: Option<std::path::PathBuf>,
        }
    };
    (ca_file $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// trust the certificates in this PEM file and no others
            #[argh(option)]
            pub(in crate::cli) ca_file: Option<std::path::PathBuf>,
        }
    };
    (max_time $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// end after this many seconds, whatever has been done
            #[argh(option, from_str_fn(crate::cli::args::values::seconds))]
            pub(in crate::cli) max_time: Option<std::time::Duration>,
        }
    };
    (retry_max_time $state:tt $fields:tt $take:tt $rest:tt) => {
        option! {
            @field $state $fields $take $rest
            /// try a request again for this many seconds at the most (600)
            #[argh(option, from_str_fn(crate::cli::args::values::seconds))]
            pub(in crate::cli) retry_max_time: Option<std::time::Duration>,
        }
    };
}

pub(super) use {command, option};
