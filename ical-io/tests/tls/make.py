"""Makes the certificates in this folder again; wants Python's `cryptography`. They are for tests only.

ca.pem has signed server.pem (localhost, 127.0.0.1, calendars.example.org) and elsewhere.pem (another host); both have the key server.key.
"""

import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FOLDER = pathlib.Path(__file__).parent
FROM, TO = datetime.datetime(2020, 1, 1), datetime.datetime(2120, 1, 1)


def name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def certificate(subject, key, signer, extensions):
    builder = x509.CertificateBuilder(subject_name=name(subject), issuer_name=name("Plokk's tests"))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(FROM).not_valid_after(TO)
    # Strict readers (Python 3.13) want to know the keys.
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
usage = dict.fromkeys(
    ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
     "crl_sign", "encipher_only", "decipher_only"),
    False,
)
signs = [
    (x509.BasicConstraints(ca=True, path_length=0), True),
    (x509.KeyUsage(**usage, key_cert_sign=True), True),
]
hosts = {
    "server": [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName("calendars.example.org"),
    ],
    "elsewhere": [x509.DNSName("elsewhere.example")],
}
(FOLDER / "ca.pem").write_bytes(certificate("Plokk's tests", authority, authority, signs))
for file, names in hosts.items():
    serves = [(x509.BasicConstraints(ca=False, path_length=None), True), (x509.SubjectAlternativeName(names), False)]
    (FOLDER / f"{file}.pem").write_bytes(certificate(file, server, authority, serves))
(FOLDER / "server.key").write_bytes(
    server.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
)
