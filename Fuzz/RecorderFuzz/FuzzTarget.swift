// SPDX-License-Identifier: Apache-2.0

import Glibc

/// libFuzzer's own beginning: reads its options, and calls what it is given until it is told to stop.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ trial: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The program's beginning by the name that the package manager gives to it; libFuzzer's comes with its library.
@_cdecl("RecorderFuzz_main")
public func main(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var (count, arguments) = (count, arguments)
    return runDriver(&count, &arguments) { testOneInput($0, $1) }
}

/// What libFuzzer calls, again and again: takes bytes and holds what reads recordings to its laws.
///
/// The environment chooses what is tried (``Trial``). The same bytes always do the same.
///
/// - Returns: 0, as libFuzzer asks; what breaks a law ends the process.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: data == nil ? 0 : size))
    Trial.chosen.run(bytes[...])
    return 0
}

/// Writes inputs to begin with, where the environment names a folder for them.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    guard let folder = getenv("OBSERVER_FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
    for (index, seed) in Trial.chosen.seeds.enumerated() {
        guard let file = fopen("\(folder)/seed-\(index)", "w") else { broken("\(folder) cannot be written to") }
        fwrite(seed, 1, seed.count, file)
        fclose(file)
    }
    return 0
}

/// What is tried with an input.
enum Trial: String, CaseIterable {
    /// It is a line, a header's line, or the JSON of an index's names.
    case line, header, names
    /// It is a file's bytes.
    case walk
    /// It is a plan by which a recording is damaged.
    case recording

    /// The one that `OBSERVER_FUZZ_TRIAL` names.
    static let chosen: Trial = {
        let name = getenv("OBSERVER_FUZZ_TRIAL").map { String(cString: $0) } ?? ""
        guard let trial = Trial(rawValue: name) else {
            broken("OBSERVER_FUZZ_TRIAL is one of \(allCases.map(\.rawValue).joined(separator: " "))")
        }
        return trial
    }()

    func run(_ bytes: ArraySlice<UInt8>) {
        switch self {
        case .line: LineTrial.run(bytes)
        case .header: HeaderTrial.run(bytes)
        case .names: NamesTrial.run(bytes)
        case .walk: WalkTrial.run(Array(bytes))
        case .recording: RecordingTrial.run(Plan(bytes))
        }
    }

    /// Inputs to begin with.
    var seeds: [[UInt8]] {
        switch self {
        case .line: BaseRecording.small[0].lines
        case .header: [BaseRecording.headerLine.dropLast()]
        case .names: [BaseRecording.small[0].names]
        case .walk: BaseRecording.small.map(\.bytes)
        // Plans whose numbers are spread.
        case .recording: (UInt8(0)..<64).map { choice in [choice] + (UInt8(0)..<40).map { $0 &* 37 &+ choice &* 11 } }
        }
    }
}

/// Ends the process unless a law holds; libFuzzer then keeps the input.
func expect(_ isSo: Bool, _ law: @autoclosure () -> String) {
    if !isSo { broken(law()) }
}

/// Ends the process because a law is broken.
func broken(_ law: String) -> Never {
    print("broken law: \(law)")
    fflush(nil)
    abort()
}
