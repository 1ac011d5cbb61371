//! TLS in pure Rust, so that a machine with cargo and a linker builds it: rustls with graviola's cryptography. It
//! wants a processor of about 2013 or later, which is asked for here, since it would panic later.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// Makes the TLS of this crate the process's own, for other libraries that speak TLS; once or more often.
///
/// # Errors
///
/// When this machine cannot speak TLS.
pub fn install_tls() -> Result<(), String> {
    let provider = provider().map_err(str::to_owned)?;
    // Whoever was first has installed one.
    let _ = CryptoProvider::clone(&provider).install_default();
    Ok(())
}

/// The cryptography for TLS, or why there is none.
pub(super) fn provider() -> Result<Arc<CryptoProvider>, &'static str> {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let supported =
            has!("adx") && has!("aes") && has!("avx") && has!("avx2") && has!("bmi1") && has!("pclmulqdq");
        if supported {
            return Ok(Arc::new(rustls_graviola::default_provider()));
        }
    }
    #[cfg(target_arch = "aarch64")]
    {
        use std::arch::is_aarch64_feature_detected as has;
        if has!("neon") && has!("aes") && has!("pmull") && has!("sha2") {
            return Ok(Arc::new(rustls_graviola::default_provider()));
        }
    }
    Err("this processor lacks what the TLS library needs, so that https cannot be read")
}
