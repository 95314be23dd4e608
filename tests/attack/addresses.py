"""Certificates that prove nothing, and addresses that mean something else than they seem to. A server that
has not proved who it is gets no request; an address that is not one is refused before anything is sent.
No address here needs a name server, and none leaves loopback."""
import os
import ssl
import subprocess

from bed import judge, log_faults, reference_of
from proxy import Proxy

GOOD_NAME = "subjectAltName=IP:127.0.0.1"
LEAVES = {  # name -> (extensions, days, key, digest, is it to be trusted)
    "a good one": ([GOOD_NAME], 30, "ec", "sha256", True),
    "RSA 2048": ([GOOD_NAME], 30, "rsa:2048", "sha256", True),
    "RSA 4096": ([GOOD_NAME], 30, "rsa:4096", "sha512", True),
    "with a DNS name too": (["subjectAltName=IP:127.0.0.1,DNS:x.invalid"], 30, "ec", "sha256", True),
    "for servers": ([GOOD_NAME, "extendedKeyUsage=serverAuth"], 30, "ec", "sha256", True),
    "no alternative name": ([], 30, "ec", "sha256", False),
    "another address": (["subjectAltName=IP:127.0.0.2"], 30, "ec", "sha256", False),
    "a DNS name alone": (["subjectAltName=DNS:localhost"], 30, "ec", "sha256", False),
    "the address as DNS name": (["subjectAltName=DNS:127.0.0.1"], 30, "ec", "sha256", False),
    "a wildcard": (["subjectAltName=DNS:*.0.0.1"], 30, "ec", "sha256", False),
    "a wildcard for all": (["subjectAltName=DNS:*"], 30, "ec", "sha256", False),
    "an e-mail address": (["subjectAltName=email:127.0.0.1@x.invalid"], 30, "ec", "sha256", False),
    "a URI": (["subjectAltName=URI:https://127.0.0.1/"], 30, "ec", "sha256", False),
    "IPv6": (["subjectAltName=IP:::1"], 30, "ec", "sha256", False),
    "IPv4 as IPv6": (["subjectAltName=IP:::ffff:127.0.0.1"], 30, "ec", "sha256", False),
    "run out": ([GOOD_NAME], -1, "ec", "sha256", False),
    "for clients": ([GOOD_NAME, "extendedKeyUsage=clientAuth"], 30, "ec", "sha256", False),
    "for e-mail": ([GOOD_NAME, "extendedKeyUsage=emailProtection"], 30, "ec", "sha256", False),
    "RSA 1024": ([GOOD_NAME], 30, "rsa:1024", "sha256", False),
    "SHA-1": ([GOOD_NAME], 30, "ec", "sha1", False),
    "an unknown critical extension": ([GOOD_NAME, "1.2.3.4=critical,ASN1:NULL"], 30, "ec", "sha256", False),
}
PORT = "@PORT"
REFUSED = [  # refused as usage: nothing is sent
    "http://10.0.0.1", "http://192.0.2.1:" + PORT, "http://[2001:db8::1]", "http://0.0.0.0:" + PORT, "http://127.0.0.1.:x", "ftp://127.0.0.1",
    "file:///etc/passwd", "gopher://127.0.0.1", "://127.0.0.1", "http:/127.0.0.1", "http://", "https://", "//", "/", "", " ", "\t",
    "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:0x50", "127.0.0.1:80:80", "127.0.0.1: 80", "127.0.0.1:8 0", "127.0.0.1:80\n", "127.0.0.1\r\nX: y",
    "u:p@127.0.0.1:" + PORT, "http://u:p@127.0.0.1:" + PORT, "http://u@127.0.0.1:" + PORT, "http://127.0.0.1:" + PORT + "@10.0.0.1", "http://127.0.0.1\\@10.0.0.1",
    "http://127.0.0.1:" + PORT + "?x=1", "http://127.0.0.1:" + PORT + "#x", "http://127.0.0.1%2f", "http://127.0.0.1%00", "127.0.0.1 10.0.0.1", "127.0.0.1;10.0.0.1",
    "127.0.0.1,10.0.0.1", "\u0661\u0662\u0667.0.0.1", "127\u30020\u30020\u30021", "http://[::1", "http://::1", "http://[::1]x", "http://[127.0.0.1]", "http://[::1%25lo]:" + PORT,
    "http://127.0.0.999", "http://127.0.0", "http://127.1:" + PORT, "http://2130706433:" + PORT, "http://0x7f000001:" + PORT, "http://0177.0.0.1:" + PORT, "http://127.999.0.1",
    "-", "--", "-x", "$(id)", "`id`", "a" * 5000, "http://" + "a." * 2000, "http://127.0.0.1:" + "0" * 3000 + "80", "\x7f", "\x1b[2J"]


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def key_words(key):
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] if key == "ec" else ["-newkey", key]


def authority(folder, name, *extensions):
    more = [word for text in ("basicConstraints=critical,CA:TRUE", *extensions) for word in ("-addext", text)]
    openssl(folder, "req", "-x509", *key_words("ec"), "-nodes", "-days", "30", "-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".pem", *more)


def leaf(folder, authority_name, extensions, days, key, digest):
    with open(os.path.join(folder, "leaf.ext"), "w", encoding="utf-8") as file:
        file.write("\n".join(extensions) + "\n")
    openssl(folder, "req", *key_words(key), "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", "leaf.key", "-out", "leaf.csr")
    openssl(folder, "x509", "-req", "-in", "leaf.csr", "-CA", authority_name + ".pem", "-CAkey", authority_name + ".key", "-set_serial", "7",
            "-days", str(days), "-" + digest, "-extfile", "leaf.ext", "-out", "leaf.pem")
    with open(os.path.join(folder, "chain.pem"), "wb") as chain:
        for part in ("leaf.pem", authority_name + ".pem"):
            with open(os.path.join(folder, part), "rb") as file:
                chain.write(file.read())


def context(folder, change=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers("DEFAULT:@SECLEVEL=0")
    made.load_cert_chain(os.path.join(folder, "chain.pem"), os.path.join(folder, "leaf.key"))
    if change:
        change(made)
    return made


def attack(bed, report, scale, seed):
    sim = bed.sim()
    reference = reference_of(bed, sim)
    folder = bed.folder()
    authority(folder, "known")
    authority(folder, "unknown")
    authority(folder, "narrow", "nameConstraints=critical,permitted;DNS:other.invalid")
    for name, (extensions, days, key, digest, is_good) in LEAVES.items():
        leaf(folder, "known", extensions, days, key, digest)
        trusted(bed, report, sim, reference, folder, "a certificate: " + name, "known", context(folder), is_good)
    for trust, signer, is_good in (("unknown", "known", False), ("known", "unknown", False), ("narrow", "narrow", False)):
        leaf(folder, signer, [GOOD_NAME], 30, "ec", "sha256")
        trusted(bed, report, sim, reference, folder, "signed by %s, %s trusted" % (signer, trust), trust, context(folder), is_good)
    leaf(folder, "known", [GOOD_NAME], 30, "ec", "sha256")
    for name, version, is_good in (("1.0", ssl.TLSVersion.TLSv1, False), ("1.1", ssl.TLSVersion.TLSv1_1, False),
                                   ("1.2", ssl.TLSVersion.TLSv1_2, True), ("1.3", ssl.TLSVersion.TLSv1_3, True)):
        def only(made, version=version):
            made.minimum_version = made.maximum_version = version
        trusted(bed, report, sim, reference, folder, "TLS %s alone" % name, "known", context(folder, only), is_good)
    for address in REFUSED:
        refused(bed, report, sim, address)


def trusted(bed, report, sim, reference, folder, case, trust, tls, is_good):
    for program in ("extract", "upload"):
        with Proxy(sim.port, lambda call, connection: None, tls) as proxy:
            output = bed.folder()
            if program == "upload":
                bed.extract(sim.url, output)
            act = bed.extract if program == "extract" else bed.upload
            outcome = act(proxy.url, output, "--cacert", os.path.join(folder, trust + ".pem"), "--retries", "0")
            wrong = judge(outcome, output, reference if program == "extract" else None, {0} if is_good else {4, 7})
            wrong += ["a request was sent"] if proxy.counts and not is_good else []
            report("%s, %s" % (case, program), wrong)


def refused(bed, report, sim, address):
    before = sim.get("/_sim/stats")["connections"]
    for act in (bed.extract, bed.upload):
        output = bed.folder()
        with open(os.path.join(output, "x.json"), "w", encoding="utf-8") as file:
            file.write("[]")
        outcome = act(address.replace(PORT, str(sim.port)), output, "--retries", "0", "--timeout", "2")
        wrong = log_faults(outcome) + ([] if outcome.status == 2 else ["status %s: %s" % (outcome.status, outcome.log[-200:])])
        if sim.get("/_sim/stats")["connections"] > before + 2:
            wrong.append("something was sent")
        report("address %s, %s" % (ascii(address)[:60], act.__name__), wrong)
