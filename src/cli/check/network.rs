//! The way to the hosts: proxy, name, connection, TLS, clock.

use std::time::{Duration, SystemTime};

use crate::auth::{Validity, issuer};
use crate::cli::check::report::Report;
use crate::cli::exit::Failure;
use crate::error::Error;
use crate::http::{Failed, Http, Network, Request, RouteReport, Url, certificates, roots, way};
use crate::time::date_and_time;

/// A host that will be asked.
#[derive(Debug)]
pub(crate) struct Host {
    url: Url,
    is_reached: bool,
}

/// How far clocks may differ before it is worth a word, and before it does harm: assertions are
/// dated back by the first, and Entra allows the second.
const NOTABLE: Duration = Duration::from_secs(60);
const HARMFUL: Duration = Duration::from_secs(300);

impl Host {
    pub(crate) fn new(url: Url) -> Self {
        Self {
            url,
            is_reached: false,
        }
    }

    pub(crate) fn is_on(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }

    /// Whether it has answered.
    pub(crate) fn is_reached(&self) -> bool {
        self.is_reached
    }
}

/// Goes step by step to each host.
pub(crate) fn check(
    hosts: &mut [Host],
    network: &Network,
    http: &Http,
    report: &mut Report,
) -> Result<(), Failure> {
    let ways: Result<Vec<_>, _> = hosts.iter().map(|host| way(network, &host.url)).collect();
    let ways = match ways {
        Ok(ways) => ways,
        Err(error) => {
            report.fail("proxy", &error)?;
            let rest = ["dns", "connect", "tls", "clock"];
            return report.skip(&rest, "the proxy cannot be used");
        }
    };
    report.pass("proxy", &proxies(hosts, &ways))?;
    let mut clock = None;
    for (host, way) in hosts.iter_mut().zip(&ways) {
        let name = host.url.host();
        let addresses = way.addresses().map(|found| {
            let found: Vec<_> = found.iter().map(ToString::to_string).collect();
            format!("{}: {}", way.host(), found.join(", "))
        });
        if !report.outcome("dns", &addresses)? {
            let why = format!("the address of {} is not known", way.host());
            report.skip(&["connect", "tls"], &why)?;
            continue;
        }
        let stream = way.connect(&host.url, http);
        let connected = stream.map(|_| format!("{name}: port {}", host.url.origin().port()));
        if !report.outcome("connect", &connected)? {
            report.skip(&["tls"], &format!("there is no connection to {name}"))?;
            continue;
        }
        let response = greet(host, way, network, http);
        let (outcome, times) = match response {
            Ok((text, times)) => (Ok(text), times),
            Err(error) => (Err(error), None),
        };
        host.is_reached = report.outcome("tls", &outcome)?;
        clock = clock.or(times.map(|times| (host.url.host().to_owned(), times)));
    }
    tell_clock(clock, report)
}

fn proxies(hosts: &[Host], ways: &[RouteReport]) -> String {
    let each = hosts.iter().zip(ways).map(|(host, way)| {
        let name = host.url.host();
        match way.proxy() {
            Some(proxy) => format!("{name} through {proxy}"),
            None => format!("{name} without a proxy"),
        }
    });
    each.collect::<Vec<_>>().join(", ")
}

/// What the server's clock says, and ours at that moment.
type Times = (SystemTime, SystemTime);

/// One request without a credential; whatever the response is, the host has proved its name.
fn greet(
    host: &Host,
    way: &RouteReport,
    network: &Network,
    http: &Http,
) -> Result<(String, Option<Times>), Error> {
    let trusted = roots(network)?;
    let root = Url::parse(&format!("{}/", host.url.origin()));
    let root = root.map_err(|reason| Error::parameters(format!("host: {reason}")))?;
    let request = Request::get(&root);
    let response = http.retry(root.origin(), &mut http.attempts(), |_| {
        http.exchange(&request).map_err(Failed::from)
    });
    let response =
        response.map_err(|error| with_certificate(error, (host, way), http, &trusted))?;
    let times = response.date().map(|date| (date, SystemTime::now()));
    let name = host.url.host();
    let text = if host.url.origin().is_tls() {
        format!("{name}: its certificate is good, by {trusted}")
    } else {
        format!("{name}: plain http, on this machine")
    };
    Ok((text, times))
}

/// The error with what the certificate says that came.
fn with_certificate(
    mut error: Error,
    (host, way): (&Host, &RouteReport),
    http: &Http,
    trusted: &str,
) -> Error {
    if !error.report().message.contains("certificate") {
        return error;
    }
    let stream = way.connect(&host.url, http).ok().flatten();
    let shown = stream.map(|stream| certificates(stream, &host.url));
    let report = error.report_mut();
    if let Some(own) = shown.as_ref().and_then(|shown| shown.first()) {
        let issuer = issuer(own).unwrap_or_else(|| "nobody".to_owned());
        let issuer = crate::error::printable(&issuer);
        report
            .message
            .push_str(&format!(": \"{issuer}\" issued it"));
        if let Some(dates) = Validity::read(own) {
            let (start, end) = (
                date_and_time(dates.not_before),
                date_and_time(dates.not_after),
            );
            report
                .message
                .push_str(&format!(", for {start} to {end} UTC"));
        }
    }
    report.message.push_str(&format!("; trusted: {trusted}"));
    error
}

fn tell_clock(clock: Option<(String, Times)>, report: &mut Report) -> Result<(), Failure> {
    const HINT: &str = "set this machine's clock (timedatectl set-ntp true)";
    let Some((host, (date, now))) = clock else {
        return report.skip(&["clock"], "no server has sent its time");
    };
    let (apart, way) = match date.duration_since(now) {
        Ok(ahead) => (ahead, "behind"),
        Err(behind) => (behind.duration(), "ahead of"),
    };
    let text = format!(
        "this machine's clock ({} UTC) is {} s {way} that of {host} ({} UTC)",
        date_and_time(now),
        apart.as_secs(),
        date_and_time(date)
    );
    if apart > HARMFUL {
        report.fail("clock", &Error::local(text).hint(HINT))
    } else if apart > NOTABLE {
        report.warn("clock", &text, HINT)
    } else {
        report.pass("clock", &format!("within a minute of that of {host}"))
    }
}
