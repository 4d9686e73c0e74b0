namespace NvgreGateway.Dataplane;

internal static class WarmUp
{
    public static void Run()
    {
    }
}
