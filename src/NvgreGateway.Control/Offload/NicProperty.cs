namespace NvgreGateway.Control.Offload;

/// <summary>One advanced property of a Windows NIC.</summary>
/// <param name="Adapter">The adapter's name; empty if the dump does not say.</param>
/// <param name="Keyword">The registry keyword, such as <c>*LsoV2IPv4</c>.</param>
/// <param name="Value">Its value as text.</param>
public readonly record struct NicProperty(string Adapter, string Keyword, string Value);
