namespace NvgreGateway.Control.Configuration;

/// <summary>What becomes of ARP requests and neighbour solicitations of tenants that go to a group (<c>arp</c>, E-050).</summary>
public enum ArpMode
{
    /// <summary>They are forwarded like any other frame.</summary>
    Forward,

    /// <summary>The gateway answers for the owner if it knows it; else they are forwarded.</summary>
    Suppress,

    /// <summary>The gateway answers for the owner if it knows it; else they are dropped.</summary>
    Proxy,
}
