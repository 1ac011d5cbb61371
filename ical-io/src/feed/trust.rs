//! Whose certificates are believed.

use std::path::PathBuf;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Who may vouch for a server with which there is a secure connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Whom browsers trust: Mozilla's list, as it was when this was built.
    #[default]
    Browsers,
    /// Who stands in a file of certificates in PEM form (RFC 7468), and nobody else.
    File(PathBuf),
}

impl Trust {
    /// The certificates in the file that can be used, in DER form; `None` where it is whom browsers trust.
    ///
    /// ```
    /// use plokk_ical_io::Trust;
    /// assert_eq!(Trust::Browsers.certificates(), Ok(None));
    /// let wrong = Trust::File("no/such.pem".into()).certificates();
    /// assert!(wrong.is_err_and(|reason| reason.contains("no/such.pem")));
    /// ```
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds no certificate, or one that is none.
    pub fn certificates(&self) -> Result<Option<Vec<Vec<u8>>>, String> {
        let Trust::File(file) = self else { return Ok(None) };
        let wrong = |what: String| format!("the file of trusted certificates, {}, {what}", file.display());
        let text = std::fs::read(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let certificates =
            certificates.map_err(|error| wrong(format!("is damaged ({error}): it must be in PEM form")))?;
        if certificates.is_empty() {
            return Err(wrong("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)".to_owned()));
        }
        // A bundle may hold old ones that are of no use any more.
        let mut roots = rustls::RootCertStore::empty();
        let usable = certificates.iter().filter(|&certificate| roots.add(certificate.clone()).is_ok());
        let usable: Vec<Vec<u8>> = usable.map(|certificate| certificate.to_vec()).collect();
        if usable.is_empty() {
            return Err(wrong("holds no certificate that can be understood".to_owned()));
        }
        Ok(Some(usable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_hold_no_certificate_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ca.pem");
        let tell = |text: &str| {
            std::fs::write(&file, text).expect("it can be written");
            Trust::File(file.clone()).certificates()
        };
        let wrap =
            |base64: &str| format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
        let said = |text: &str| tell(text).expect_err("it holds none");
        assert!(said("").contains("holds no certificate in PEM form"));
        assert!(said(&wrap("?")).contains("is damaged"));
        assert!(said(&wrap("AAAA")).contains("that can be understood"));
        let good = include_str!("../../tests/tls/ca.pem");
        assert_eq!(tell(good).map(|found| found.map(|all| all.len())), Ok(Some(1)));
        // What else stands in a bundle, texts and keys and what cannot be understood, is left alone.
        let key = include_str!("../../tests/tls/server.key");
        let more = format!("# Ours\n{key}{good}{}{good}", wrap("AAAA"));
        assert_eq!(tell(&more).map(|found| found.map(|all| all.len())), Ok(Some(2)));
    }
}
