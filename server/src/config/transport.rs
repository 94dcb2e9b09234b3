//! How the server is reached, understood: plain, behind a proxy, by files, or by an authority.

use super::layers::Raw;
use super::settings::Reader;
use super::{Acme, Transport};
use rustls::pki_types::DnsName;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

impl Reader<'_> {
    pub(super) fn transport(&mut self, listen: SocketAddr) -> Transport {
        let behind_proxy = self.truth("behind-proxy");
        let trusted = self.proxies();
        if self.layers.is_said("trusted-proxy") && !behind_proxy {
            let remedy = "say behind-proxy too, or take it out";
            self.wrong("trusted-proxy", "nothing is behind a proxy", remedy);
        }
        let files = (self.path("tls-cert"), self.path("tls-key"));
        let acme = self.acme();
        if acme.is_some() && (files.0.is_some() || files.1.is_some() || behind_proxy) {
            let remedy = "take out acme, or the files and the proxy";
            self.wrong("acme", "the certificate comes from elsewhere", remedy);
        }
        match files {
            (Some(_), Some(_)) if behind_proxy => {
                let remedy = "take out behind-proxy, or tls-cert and tls-key";
                self.wrong("behind-proxy", "certificate and proxy both", remedy);
                Transport::BehindProxy { trusted }
            }
            (Some(certificate), Some(key)) => Transport::Tls { certificate, key },
            (Some(_), None) => {
                self.wrong("tls-cert", "its key is missing", "name it: tls-key");
                Transport::Loopback
            }
            (None, Some(_)) => {
                let remedy = "name it: tls-cert";
                self.wrong("tls-key", "its certificate is missing", remedy);
                Transport::Loopback
            }
            (None, None) if behind_proxy => self.behind(trusted, listen),
            (None, None) => acme.map_or_else(|| self.plain(listen), Transport::Acme),
        }
    }

    fn plain(&mut self, listen: SocketAddr) -> Transport {
        if !listen.ip().is_loopback() && !self.layers.is_said("acme") {
            let what = "plain HTTP is for this machine only";
            let remedy = "give tls-cert and tls-key, acme, or behind-proxy";
            self.wrong("listen", what, remedy);
        }
        Transport::Loopback
    }

    /// A certificate by an authority, where one is asked for.
    fn acme(&mut self) -> Option<Acme> {
        if !self.layers.is_said("acme") {
            for name in ["acme-contact", "acme-directory", "acme-root"] {
                if self.layers.is_said(name) {
                    let remedy = "say for which names: acme, or take it out";
                    self.wrong(name, "no authority is asked", remedy);
                }
            }
            return None;
        }
        let names = self.names();
        let contact = self.contact();
        let directory = self.directory()?;
        let root = self.path("acme-root");
        (!names.is_empty()).then_some(Acme {
            names,
            contact,
            directory,
            root,
        })
    }

    fn names(&mut self) -> Vec<String> {
        let mut read = Vec::new();
        let words = self.words("acme");
        if words.is_empty() {
            let remedy = "write the name that leads here, as maraude.example.org";
            self.wrong("acme", "no name is given", remedy);
        }
        for word in words {
            let is_name = DnsName::try_from(word.as_str()).is_ok() && !word.ends_with('.');
            if is_name && word.parse::<IpAddr>().is_err() {
                read.push(word.to_ascii_lowercase());
            } else {
                let remedy = "write the name that leads here, as maraude.example.org, without \
                              https:// and port";
                self.wrong("acme", format!("{word:?} is no name of a server"), remedy);
            }
        }
        read
    }

    fn contact(&mut self) -> Option<String> {
        let wanted = "an address of mail, as it@example.org";
        let contact: String = self.value("acme-contact", wanted)?;
        let contact = contact.strip_prefix("mailto:").unwrap_or(&contact);
        let is_mail = contact.split_once('@').is_some_and(|(who, at)| {
            !who.is_empty() && !contact.contains(char::is_whitespace) && at.contains('.')
        });
        if !is_mail {
            // Not repeated: it is somebody's.
            self.wrong(
                "acme-contact",
                "it is no address of mail",
                format!("write {wanted}"),
            );
        }
        Some(format!("mailto:{contact}"))
    }

    fn directory(&mut self) -> Option<String> {
        let wanted = "the address of a directory, as https://NAME/directory";
        let directory: String = self.value("acme-directory", wanted)?;
        if !directory.starts_with("https://") {
            let what = "an authority is asked over HTTPS only";
            self.wrong("acme-directory", what, format!("write {wanted}"));
        }
        Some(directory)
    }

    fn behind(&mut self, mut trusted: Vec<IpAddr>, listen: SocketAddr) -> Transport {
        if trusted.is_empty() && !self.layers.is_said("trusted-proxy") {
            if !listen.ip().is_loopback() {
                let what = "no proxy is named";
                let remedy = "say which may connect: trusted-proxy, by its address";
                self.wrong("behind-proxy", what, remedy);
            }
            trusted = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        }
        Transport::BehindProxy { trusted }
    }

    fn proxies(&mut self) -> Vec<IpAddr> {
        let mut read = Vec::new();
        for word in self.words("trusted-proxy") {
            match word.parse::<IpAddr>() {
                Ok(address) => read.push(address.to_canonical()),
                Err(_) => self.wrong(
                    "trusted-proxy",
                    format!("{word:?} is no address"),
                    "write the address the proxy connects from, as 192.0.2.7, without port or name",
                ),
            }
        }
        read
    }

    /// A list, or words with commas.
    fn words(&mut self, name: &str) -> Vec<String> {
        match self.told(name).map(|told| told.raw) {
            None => Vec::new(),
            Some(Raw::List(words)) => words,
            Some(Raw::Text(words)) => {
                let words = words.to_string_lossy();
                words
                    .split(',')
                    .map(|word| word.trim().to_owned())
                    .collect()
            }
            Some(other) => vec![other.to_string()],
        }
    }
}
