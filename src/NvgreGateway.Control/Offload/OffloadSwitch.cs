namespace NvgreGateway.Control.Offload;

/// <summary>A change of an offload of a port that an operator asks for (C-074).</summary>
/// <param name="Port">Port name.</param>
/// <param name="Name">A name of C.6a, or <c>all</c>.</param>
/// <param name="State"><c>on</c>, <c>off</c>, <c>no-change</c>, and for <c>csum.*</c> <c>tx</c> or <c>rx</c>.</param>
/// <param name="Disruptive">Whether the port may be restarted for it.</param>
public sealed record OffloadSwitch(string Port, string Name, string State, bool Disruptive);
