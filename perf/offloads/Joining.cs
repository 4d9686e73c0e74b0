namespace NvgreGateway.OffloadBench;
internal static class Joining { public static void Run(Program.Options o) {} }
