//! Name resolution without a thread, and once for many requests.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolves in the calling thread; ureq's own resolver starts one as soon as a timeout is set,
/// which panics where no thread can be had. The C library bounds its own look-ups.
#[derive(Debug)]
pub(crate) struct InlineResolver(pub(crate) Known);

/// Where hosts were found to be. ureq looks a host up for every request, though it may have a
/// connection to it: without this each page would take a round trip to the name server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(Arc<Mutex<Vec<Found>>>);

#[derive(Debug)]
struct Found {
    host_and_port: String,
    addresses: Vec<SocketAddr>,
    at: Instant,
}

/// As long as the names of services that move are commonly good for.
const GOOD_FOR: Duration = Duration::from_secs(60);

impl Known {
    /// Where a host is, as far as it is known.
    fn find(&self, host_and_port: &str, now: Instant) -> Option<Vec<SocketAddr>> {
        let mut all = self.all();
        all.retain(|found| now.saturating_duration_since(found.at) < GOOD_FOR);
        let found = all
            .iter()
            .find(|found| found.host_and_port == host_and_port);
        found.map(|found| found.addresses.clone())
    }

    fn note(&self, host_and_port: String, addresses: Vec<SocketAddr>, at: Instant) {
        if !addresses.is_empty() {
            self.all().push(Found {
                host_and_port,
                addresses,
                at,
            });
        }
    }

    /// Somewhere nobody answered.
    pub(crate) fn forget(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, Vec<Found>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resolver for InlineResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(Error::BadUri("no host".to_owned()));
        };
        let address = DefaultResolver::host_and_port(scheme, authority)
            .ok_or_else(|| Error::BadUri("no port".to_owned()))?;
        let now = Instant::now();
        let found = match self.0.find(&address, now) {
            Some(found) => found,
            None => {
                let found = look_up(&address).map_err(|_| Error::HostNotFound)?;
                self.0.note(address, found.clone(), now);
                found
            }
        };
        let mut addresses = self.empty();
        for address in interleave(&found).take(16) {
            addresses.push(address);
        }
        if addresses.is_empty() {
            Err(Error::HostNotFound)
        } else {
            Ok(addresses)
        }
    }
}

/// Where `HOST:PORT` is. Plain http is allowed on `localhost`, so that this is an address of this
/// machine alone, whatever a name server says
/// ([RFC 6761 §6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
pub(crate) fn look_up(host_and_port: &str) -> io::Result<Vec<SocketAddr>> {
    let mut found = host_and_port.to_socket_addrs()?.collect();
    keep_own(host_and_port, &mut found);
    Ok(found)
}

fn keep_own(host_and_port: &str, found: &mut Vec<SocketAddr>) {
    let host = host_and_port.split(':').next().unwrap_or_default();
    if host.eq_ignore_ascii_case("localhost") {
        found.retain(|address| address.ip().is_loopback());
    }
}

/// Alternates the address families, first the one that came first: the time to connect is shared
/// out in halves, and four dead IPv6 addresses in a row would leave IPv4 next to nothing.
fn interleave(found: &[SocketAddr]) -> impl Iterator<Item = SocketAddr> {
    let v6_first = found.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<SocketAddr>, Vec<SocketAddr>) = found
        .iter()
        .partition(|address| address.is_ipv6() == v6_first);
    (0..first.len().max(second.len()))
        .flat_map(move |i| [first.get(i).copied(), second.get(i).copied()])
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_this_machine_alone() {
        let answered = [
            "10.1.2.3:81",
            "127.0.0.1:81",
            "[2001:db8::1]:81",
            "[::1]:81",
        ];
        let answered: Vec<SocketAddr> = answered.map(|text| text.parse().unwrap()).into();
        for (host, expected) in [
            ("localhost:81", &["127.0.0.1:81", "[::1]:81"][..]),
            ("LocalHost:81", &["127.0.0.1:81", "[::1]:81"]),
            (
                "localhost.example:81",
                &[
                    "10.1.2.3:81",
                    "127.0.0.1:81",
                    "[2001:db8::1]:81",
                    "[::1]:81",
                ],
            ),
        ] {
            let mut found = answered.clone();
            keep_own(host, &mut found);
            let found: Vec<_> = found.iter().map(SocketAddr::to_string).collect();
            assert_eq!(found, expected, "{host}");
        }
    }

    #[test]
    fn address_families_take_turns() {
        let found: Vec<SocketAddr> = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let order: Vec<String> = interleave(&found).map(|a| a.to_string()).collect();
        assert_eq!(
            order,
            ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"]
        );
    }

    #[test]
    fn a_host_is_known_for_a_minute_or_until_it_does_not_answer() {
        let known = Known::default();
        let start = Instant::now();
        let addresses = vec!["1.1.1.1:1".parse().unwrap()];
        known.note("h:1".to_owned(), addresses.clone(), start);
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(known.find("h:1", after(59)), Some(addresses.clone()));
        assert_eq!(known.find("h:2", after(59)), None);
        assert_eq!(known.find("h:1", after(60)), None);
        known.note("h:1".to_owned(), addresses, start);
        known.forget();
        assert_eq!(known.find("h:1", start), None);
    }
}
