// SPDX-License-Identifier: Apache-2.0

/// The header of the reliability logs of IBM's Blue Gene/L: label, epoch, date, node, time, node, type, facility,
/// severity.
///
/// ``HeaderScan`` reads its severity; this tells the format, whose ladder is INFO, WARNING, SEVERE, ERROR, FATAL,
/// FAILURE.
enum RASHeader {
    /// Whether the line at `start` has that header.
    static func begins(_ line: Span<UInt8>, _ start: Int, before end: Int) -> Bool {
        // The label is a dash, or an alert's name.
        let label = line.tokenEnd(start, before: end)
        guard line.byte(label, before: end) == 0x20 else { return false }
        let epoch = line.digitsEnd(label + 1, before: end)
        guard epoch == label + 11, line.byte(epoch, before: end) == 0x20 else { return false }
        let year = line.digitsEnd(epoch + 1, before: end)
        return year == epoch + 5 && line.byte(year, before: end) == UInt8(ascii: ".")
            && line.byte(year + 3, before: end) == UInt8(ascii: ".")
    }
}
