using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>What the self-test of a port found (C-073).</summary>
/// <param name="Loop">What became of the loopback.</param>
/// <param name="Plain">What of plain frames did not pass.</param>
/// <param name="Nvgre">What of NVGRE over IPv4 did not pass.</param>
/// <param name="Nvgre6">What of NVGRE over IPv6 did not pass.</param>
public readonly record struct ProbeResult(LoopCheck Loop, OffloadFaults Plain, OffloadFaults Nvgre, OffloadFaults Nvgre6);
