//! FNV-1a with 128 bits: short, the same everywhere, and far from a collision by chance. It keeps no
//! secret: whoever can guess the bytes can check the guess.

/// The digest in 32 hexadecimal digits.
pub(crate) fn digest(bytes: impl Iterator<Item = u8>) -> String {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    /// Test vectors of the FNV reference (<http://www.isthe.com/chongo/tech/comp/fnv/>).
    #[test]
    fn it_is_fnv_1a() {
        assert_eq!(super::digest("".bytes()), "6c62272e07bb014262b821756295c58d");
        assert_eq!(super::digest("a".bytes()), "d228cb696f1a8caf78912b704e4a8964");
    }
}
