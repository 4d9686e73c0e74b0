namespace NvgreGateway.Control.Flows;

/// <summary>Heavy flows that software keeps although devices would encapsulate.</summary>
/// <param name="Encapsulates">From the VLAN side; else from NVGRE.</param>
/// <param name="Attachment">Id of the attachment.</param>
/// <param name="Peer">Id of the peer.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct LeftFlows(bool Encapsulates, uint Attachment, uint Peer, string Reason);
