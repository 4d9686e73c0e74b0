namespace NvgreGateway.Replay;

/// <summary>A capture that a port receives.</summary>
/// <param name="Port">The port's name.</param>
/// <param name="Packets">Its packets; their memory must outlive the replay.</param>
public sealed record ReplayInput(string Port, IReadOnlyList<CapturedPacket> Packets);
