// SPDX-License-Identifier: Apache-2.0
import HTTPCore
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An echo server over the product's own session code, for conformance suites and other people's clients.
@main
struct EchoServer {
    static func main() async throws {
        guard let options = EchoOptions(CommandLine.arguments.dropFirst()) else {
            print(EchoOptions.usage)
            exit(2)
        }
        var limits = HTTPLimits()
        limits.webSocket.maximumMessageBytes = options.maximumMessageBytes
        let logger = Logger(label: "echo")
        let listener = HTTPListener(
            address: .tcp(host: options.host, port: options.port),
            limits: limits,
            endpoint: EchoEndpoint(),
            logger: logger,
            onListening: { address in
                print("ws://\(address.authority)")
                fflush(nil)
            }
        )
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [listener],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await services.run()
    }
}
