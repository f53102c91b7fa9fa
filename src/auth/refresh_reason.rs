//! Why a token is replaced.

use std::time::SystemTime;

use crate::auth::token::AccessToken;

/// Why the token at hand will not do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RefreshReason<'r> {
    /// There is none, or it is about to expire.
    Missing,
    /// Graph refused this one.
    Refused(&'r AccessToken),
    /// The caller wants another, whatever is at hand.
    Forced,
    /// Graph wants a token with these claims; none that is at hand has them.
    Claims(&'r str),
}

impl RefreshReason<'_> {
    /// Whether a token that is at hand will do.
    pub(crate) fn accepts(self, token: &AccessToken, now: SystemTime) -> bool {
        token.is_fresh_at(now)
            && match self {
                Self::Missing => true,
                Self::Refused(refused) => token.secret.expose() != refused.secret.expose(),
                Self::Claims(_) | Self::Forced => false,
            }
    }

    pub(crate) fn claims(&self) -> Option<&str> {
        match self {
            Self::Claims(claims) => Some(claims),
            Self::Forced | Self::Missing | Self::Refused(_) => None,
        }
    }
}
