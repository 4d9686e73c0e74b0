namespace NvgreGateway.Control.Tables;

/// <summary>What makes an attachment the same one after a reload.</summary>
/// <param name="Port">Port name.</param>
/// <param name="Vlan">VLAN id.</param>
/// <param name="InnerVlan">Inner VLAN id, 0 = none.</param>
/// <param name="Vsid">VSID of its segment: a VLAN that goes to another segment is another attachment.</param>
public readonly record struct AttachmentKey(string Port, int Vlan, int InnerVlan, int Vsid);
