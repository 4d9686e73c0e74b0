namespace NvgreGateway.Replay;

/// <summary>What a replay did on one port.</summary>
/// <param name="Name">The port's name.</param>
/// <param name="Received">Packets received.</param>
/// <param name="Transmitted">Frames written.</param>
public sealed record ReplayPortResult(string Name, ulong Received, ulong Transmitted);
