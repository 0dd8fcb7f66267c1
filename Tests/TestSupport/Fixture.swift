// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Synchronization

/// What a test has set up, torn down in the opposite order whether the test passes or throws.
public final class Fixture: Sendable {
    private let cleanups = Mutex<[@Sendable () async -> Void]>([])

    init() {}

    /// Adds a step of the tear-down; the last one added runs first.
    public func addCleanup(_ cleanup: @escaping @Sendable () async -> Void) {
        cleanups.withLock { $0.append(cleanup) }
    }

    /// Makes an empty folder that goes with the fixture, and returns its path.
    ///
    /// It is made in the parent folder, or where the system keeps temporary files when that is `nil`.
    public func temporaryDirectory(in parent: String? = nil) throws -> String {
        let path = try Self.makeDirectory(in: parent)
        addCleanup { try? FileManager.default.removeItem(atPath: path) }
        return path
    }

    func tearDown() async {
        while let cleanup = cleanups.withLock({ $0.popLast() }) { await cleanup() }
    }

    private static func makeDirectory(in parent: String?) throws -> String {
        let base = parent ?? FileManager.default.temporaryDirectory.path
        // Short, since paths of Unix sockets end at 107 bytes.
        var template = Array("\(base)/t-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Runs a test body with a fixture, and tears the fixture down after it.
public func withFixture<Result>(_ body: (Fixture) async throws -> Result) async throws -> Result {
    let fixture = Fixture()
    do {
        let result = try await body(fixture)
        await fixture.tearDown()
        return result
    } catch {
        await fixture.tearDown()
        throw error
    }
}
