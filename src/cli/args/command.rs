//! A command: the options of its own for argh, and which of the shared ones it takes.

/// Declares a command that takes, besides the options of its own, those of
/// [`shared`](crate::cli::shared) by the names of their groups:
/// `command! { … struct Name { own fields } with IDENTITY VOICE }`.
macro_rules! command {
    ($(#[$($meta:tt)*])* struct $name:ident { $($own:tt)* } with $($group:ident)*) => {
        #[derive(argh::ArgsInfo, Debug, argh::FromArgs)]
        $(#[$($meta)*])*
        pub(in crate::cli) struct $name { $($own)* }

        impl $name {
            /// The groups of options that it shares with others.
            pub(in crate::cli) const SHARED: u16 = 0 $(| crate::cli::shared::$group)*;
        }
    };
}

pub(super) use command;
