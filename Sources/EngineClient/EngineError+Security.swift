// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL

extension EngineError {
    /// Explains an error of TLS; `nil` when it is none.
    ///
    /// BoringSSL tells its reasons in text alone, such as `CERTIFICATE_VERIFY_FAILED`.
    static func security(_ endpoint: EngineEndpoint, _ error: any Error) -> EngineError? {
        guard error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError else { return nil }
        let text = String(describing: error)
        let authority = endpoint.security?.authority.map { "the CA in \($0)" } ?? "a CA that this system trusts"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return security(
                endpoint,
                "the certificate of the engine at \(endpoint) is not signed by \(authority), or has expired",
                advice: "name the directory with the engine's ca.pem by DOCKER_CERT_PATH"
            )
        }
        if (error as? NIOSSLExtraError) == .failedToValidateHostname || text.contains("noCertificateToValidate") {
            return security(
                endpoint,
                "the certificate of the engine is for another name than that in \(endpoint)",
                advice: "use the name or address that the certificate holds"
            )
        }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return security(
                endpoint,
                "there is no TLS at \(endpoint)",
                advice: "use tcp:// without DOCKER_TLS_VERIFY if the engine is meant to be open"
            )
        }
        if text.contains("ALERT") || text.contains("_alert") || text.contains("CERTIFICATE_REQUIRED") {
            let certificate = endpoint.security?.certificate
            return security(
                endpoint,
                "the engine at \(endpoint) refused "
                    + (certificate.map { "the client certificate \($0)" } ?? "a client without a certificate"),
                advice: certificate == nil
                    ? "put cert.pem and key.pem beside ca.pem in DOCKER_CERT_PATH"
                    : "is it signed by the engine's CA, and valid today?"
            )
        }
        return security(endpoint, "TLS with the engine at \(endpoint) failed: \(text)", advice: nil)
    }

    /// Explains TLS material that cannot be used.
    static func material(_ endpoint: EngineEndpoint, _ material: TransportSecurity.Material) -> EngineError {
        security(
            endpoint,
            "\(material) holds nothing in PEM that can be used for TLS with \(endpoint)",
            advice: "is it a certificate or key in PEM, without a passphrase?"
        )
    }

    static func security(_ endpoint: EngineEndpoint, _ message: String, advice: String?) -> EngineError {
        EngineError(.tls, endpoint: endpoint.description, message: message, advice: advice)
    }
}
