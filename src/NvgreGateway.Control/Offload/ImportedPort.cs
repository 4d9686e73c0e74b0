using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Offload;

/// <summary>What the properties of one Windows NIC come to.</summary>
/// <param name="Adapter">The adapter's name; empty if the dump does not say.</param>
/// <param name="Keys">The gateway's keys of C.6a with their values in the numbers of NDIS.</param>
/// <param name="Settings">The settings of a port that they are.</param>
/// <param name="Notices">What was ignored, and why; one line each.</param>
public sealed record ImportedPort(string Adapter, IReadOnlyList<(string Key, string Value)> Keys, JsonObject Settings, IReadOnlyList<string> Notices);
