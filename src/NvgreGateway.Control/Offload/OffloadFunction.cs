namespace NvgreGateway.Control.Offload;

/// <summary>One function of NDIS as a set over inner and outer IP versions (C-070).</summary>
/// <param name="Name">For example <c>tx checksum</c>.</param>
/// <param name="Capable">What the hardware can do: <c>inner4</c>, <c>inner6</c>, <c>outer4</c>, <c>outer6</c>; empty = not supported.</param>
/// <param name="Active">What is active now.</param>
public sealed record OffloadFunction(string Name, IReadOnlyList<string> Capable, IReadOnlyList<string> Active);
